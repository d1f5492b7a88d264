#pragma once

#include "config/duration.hpp"
#include "config/settings.hpp"
#include "protocol/failure.hpp"

#include <string>
#include <utility>

/// The failures the pool itself decides, in words.
namespace avatar {

inline protocol::failure pool_failure(protocol::failure_code code, std::string detail) {
    protocol::failure f;
    f.code = code;
    f.detail = std::move(detail);
    return f;
}

/// No session became free within the borrow timeout.
inline protocol::failure no_session_in_time(config::milliseconds limit) {
    return pool_failure(protocol::failure_code::borrow_timeout,
                        "timed out waiting for available connection (waited " +
                            config::format_duration(limit) + ")");
}

/// The service did not finish within the request timeout.
inline protocol::failure not_finished_in_time(config::milliseconds limit) {
    return pool_failure(protocol::failure_code::request_timeout,
                        "request timed out after " + config::format_duration(limit));
}

/// As many requests as the pool allows were waiting already.
inline protocol::failure queue_was_full(std::size_t limit) {
    return pool_failure(protocol::failure_code::queue_full,
                        "refused: " + std::to_string(limit) +
                            " requests are waiting already (pool.max-waiting)");
}

/// The run or the pool ended first.
inline protocol::failure request_was_cancelled() {
    return pool_failure(protocol::failure_code::request_cancelled,
                        "cancelled: the run ended before the request did");
}

/// Whoever sent it took it back.
inline protocol::failure request_was_interrupted() {
    return pool_failure(protocol::failure_code::request_interrupted,
                        "interrupted by whoever sent it");
}

/// A broken program rather than a broken connection.
inline protocol::failure session_actor_failed() {
    return pool_failure(protocol::failure_code::unknown, "the session's actor failed");
}

} // namespace avatar
