#include "actors/load/round_driver_plan.hpp"

#include "config/checks.hpp"
#include "config/error.hpp"

#include <chrono>

namespace avatar {

void check(const round_driver_links& links) {
    if (!links.pool || !links.stats || !links.watcher)
        throw config::config_error("round_driver_links: expected a pool, stats and a watcher");
}

void check(const round_driver_plan& plan) {
    config::check_rounds(plan.rounds);
    if (plan.progress_interval < nanoseconds(0) || plan.progress_interval > std::chrono::hours(24))
        throw config::config_error(
            "round_driver_plan.progress_interval: expected 0 for none, or up to 24h");
}

} // namespace avatar
