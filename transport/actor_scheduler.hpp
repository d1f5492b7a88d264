#pragma once

#include <caf/actor_system_config.hpp>

namespace avatar::transport {

class io_runtime;

/// Runs all actors of a system on the threads of `io`, in turn with the sockets:
/// a message from a connection to its session and on to the pool then needs no
/// other thread to wake up, which is most of what it would cost. Takes the place
/// of CAF's own scheduler.
///
/// `io` outlives the system and is not drained before it has ended. Actors that
/// block must be detached, as with any scheduler.
void run_actors_on(io_runtime& io, caf::actor_system_config& config);

} // namespace avatar::transport
