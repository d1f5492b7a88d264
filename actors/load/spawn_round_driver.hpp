#pragma once

#include "round_driver_plan.hpp"

#include <caf/fwd.hpp>

namespace avatar {

/// Spawns a round driver after its links and its plan were checked. Throws
/// config::config_error, of one line, when something cannot be used; nothing is spawned
/// then.
round_driver_actor spawn_round_driver(caf::actor_system& system, round_driver_links links,
                                      round_driver_plan plan);

} // namespace avatar
