#include "actors/pool/pool_plan.hpp"

#include "config/checks.hpp"
#include "config/error.hpp"

namespace avatar {

void check(const pool_plan& plan) {
    config::check_pool(plan.settings);
    if (!plan.make_channel)
        throw config::config_error("pool_plan.make_channel is empty: expected a channel factory");
}

} // namespace avatar
