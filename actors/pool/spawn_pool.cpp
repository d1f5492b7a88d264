#include "actors/pool/spawn_pool.hpp"

#include "actors/pool/pool_supervisor.hpp"
#include "config/duration.hpp"
#include "transport/logger.hpp"

#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {
namespace {

/// Settings that can be used, and leave a promise of the pool without effect.
void warn_of_weak_promises(const config::pool_settings& pool) {
    if (pool.ack_timeout >= pool.request_timeout && pool.retries > 0)
        transport::logger().warn(
            "pool.ack-timeout={} is not below pool.request-timeout={}: a request on a connection "
            "that is dead fails before it can go to another one",
            config::format_duration(pool.ack_timeout),
            config::format_duration(pool.request_timeout));
}

} // namespace

pool_actor spawn_pool(caf::actor_system& system, pool_plan plan) {
    check(plan);
    warn_of_weak_promises(plan.settings);
    return system.spawn(pool_supervisor, std::move(plan));
}

} // namespace avatar
