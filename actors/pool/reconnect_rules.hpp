#pragma once

#include "protocol/failure.hpp"

#include <cstdint>

namespace avatar {

/// When another session may be connected in the place of one that has ended.
enum class reconnect_time : std::uint8_t {
    at_once,
    after_a_pause,   ///< The back-off's, or what the service asks for.
    with_free_place, ///< One of those that the service allows at once has to end first.
    never,           ///< It would be refused with these credentials.
};

/// What the service says with the end of a session, by its stable codes and the numbers that
/// stand for them (a contract of the service's client SDKs). `lived`: the session was open for
/// a while.
inline reconnect_time time_to_reconnect(const protocol::failure& why, bool lived) {
    using enum protocol::failure_code;
    const auto number = why.server_code != 0 ? why.server_code : why.close_code;
    switch (why.code) {
    case credits_exhausted:
        return reconnect_time::never;
    case session_token_invalid:
        // By status 400 it is the token alone that is wrong, and the next one may be right.
        return number == 4010 ? reconnect_time::never : reconnect_time::after_a_pause;
    case concurrency_limit:
        return reconnect_time::with_free_place;
    case upstream_error:
    case rate_limited:
        return reconnect_time::after_a_pause;
    default:
        return lived ? reconnect_time::at_once : reconnect_time::after_a_pause;
    }
}

} // namespace avatar
