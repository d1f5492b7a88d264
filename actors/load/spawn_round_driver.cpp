#include "actors/load/spawn_round_driver.hpp"

#include "actors/load/round_driver.hpp"

#include <caf/actor_system.hpp>

#include <utility>

namespace avatar {

round_driver_actor spawn_round_driver(caf::actor_system& system, round_driver_links links,
                                      round_driver_plan plan) {
    check(links);
    check(plan);
    return system.spawn(round_driver, std::move(links), std::move(plan));
}

} // namespace avatar
