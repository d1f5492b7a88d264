#include "actors/spawn_pool.hpp"

#include <caf/actor_system.hpp>

#include <utility>

namespace avatar {

pool_supervisor_actor spawn_pool(caf::actor_system& system, pool_plan plan) {
    check(plan);
    return system.spawn(pool_supervisor, std::move(plan));
}

round_driver_actor spawn_round_driver(caf::actor_system& system, round_driver_links links,
                                      round_driver_plan plan) {
    check(links);
    check(plan);
    return system.spawn(round_driver, std::move(links), std::move(plan));
}

} // namespace avatar
