#pragma once

#include "../../config/settings.hpp"
#include "../../messages/actors.hpp"
#include "../../transport/channel.hpp"

#include <cstdint>
#include <random>

namespace avatar {

/// What a pool works with.
struct pool_plan {
    config::pool_settings settings;
    transport::channel_factory make_channel;
    connection_watcher_actor watcher;            ///< Hears of each slot's first try; may be none.
    std::uint64_t seed = std::random_device{}(); ///< Of the pauses drawn at random.
};

/// Throws config::config_error, of one line, when something of the plan cannot be used.
void check(const pool_plan& plan);

} // namespace avatar
