#pragma once

#include "../../config/settings.hpp"
#include "../../messages/actors.hpp"
#include "../../transport/channel.hpp"
#include "dispatch_policy.hpp"
#include "session.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace avatar {

/// What a pool works with.
struct pool_plan {
    config::pool_settings settings;
    transport::channel_factory make_channel;
    connection_watcher_actor watcher;            ///< Hears of each slot's first try; may be none.
    std::uint64_t seed = std::random_device{}(); ///< Of the pauses drawn at random.
    dispatch_policy_factory make_policy{};       ///< Empty: the pool chooses by itself.
    std::string policy_name{};                   ///< For the text of its failures.
    session_function session{};                  ///< Empty: `pool_session`.
    std::string session_name{};                  ///< For the text of its failures.
    /// For sessions and channels that may never tell what becomes of them: one that has not
    /// opened by then is replaced, and one that does not close is ended. 0: they tell, as those
    /// of make_avatar_channels do.
    config::milliseconds open_timeout{0};
};

/// Throws config::config_error, of one line, when something of the plan cannot be used.
void check(const pool_plan& plan);

} // namespace avatar
