#pragma once

#include "config/settings.hpp"

#include <caf/actor_system_config.hpp>

namespace avatar {

/// How the program sets up CAF: our messages known by name, the actors on a
/// fixed number of threads.
class actor_runtime : public caf::actor_system_config {
public:
    explicit actor_runtime(const config::runtime_settings& settings);
};

} // namespace avatar
