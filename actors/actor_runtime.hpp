#pragma once

#include <caf/actor_system_config.hpp>

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

} // namespace avatar
