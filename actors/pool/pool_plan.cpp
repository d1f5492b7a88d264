#include "actors/pool/pool_plan.hpp"

#include "config/checks.hpp"
#include "config/error.hpp"

namespace avatar {

void check(const pool_plan& plan) {
    config::check_pool(plan.settings);
    if (!plan.make_channel)
        throw config::config_error("pool_plan.make_channel is empty: expected a channel factory");
    if (static_cast<bool>(plan.session) == plan.session_name.empty())
        throw config::config_error("pool_plan.session_name: expected one with a session of one's "
                                   "own, and none without");
    if (plan.open_timeout < config::milliseconds(0))
        throw config::config_error("pool_plan.open_timeout: expected 0 for none, or more");
}

} // namespace avatar
