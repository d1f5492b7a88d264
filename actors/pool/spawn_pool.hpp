#pragma once

#include "actors/pool_supervisor.hpp"
#include "actors/round_driver.hpp"

#include <caf/fwd.hpp>

namespace avatar {

/// Spawns a pool after its plan was checked. Throws config::config_error, of one line,
/// when a setting cannot be used; nothing is spawned then.
pool_supervisor_actor spawn_pool(caf::actor_system& system, pool_plan plan);

/// Spawns a round driver, likewise.
round_driver_actor spawn_round_driver(caf::actor_system& system, round_driver_links links,
                                      round_driver_plan plan);

} // namespace avatar
