#include "actors/pool/spawn_pool.hpp"

#include "actors/pool/pool_supervisor.hpp"

#include <caf/actor_system.hpp>

#include <utility>

namespace avatar {

pool_actor spawn_pool(caf::actor_system& system, pool_plan plan) {
    check(plan);
    return system.spawn(pool_supervisor, std::move(plan));
}

} // namespace avatar
