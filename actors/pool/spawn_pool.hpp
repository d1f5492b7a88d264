#pragma once

#include "pool_plan.hpp"

#include <caf/fwd.hpp>

namespace avatar {

/// Spawns a pool after its plan was checked. Throws config::config_error, of one line,
/// when a setting cannot be used; nothing is spawned then.
pool_actor spawn_pool(caf::actor_system& system, pool_plan plan);

} // namespace avatar
