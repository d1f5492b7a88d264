#pragma once

#include <caf/actor_system_config.hpp>

#include <chrono>

namespace caf {
class actor_system;
}

namespace avatar::transport {
class io_runtime;
}

namespace avatar {

/// How a program sets up CAF for a pool: our messages known by name, the actors on
/// the I/O threads. `io` outlives the actor system.
class actor_runtime : public caf::actor_system_config {
public:
    explicit actor_runtime(transport::io_runtime& io);
};

/// Waits until no actor of `system` lives any more, as its destructor does, but no
/// longer than `limit`; false when some still live. Blocks: for the program's own
/// thread only.
bool await_actors(caf::actor_system& system, std::chrono::milliseconds limit);

} // namespace avatar
