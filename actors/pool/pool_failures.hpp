#pragma once

#include "../../config/duration.hpp"
#include "../../config/settings.hpp"
#include "../../protocol/failure.hpp"

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

/// The audio of those that were waiting and of this one was more than the pool allows.
inline protocol::failure queue_held_too_much(std::size_t limit) {
    return pool_failure(protocol::failure_code::queue_full,
                        "refused: the audio of the requests that wait would be over " +
                            std::to_string(limit) + " bytes (pool.max-waiting-bytes)");
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

/// No session has been up for `limit`; `last` is why the latest try failed.
inline protocol::failure no_session_is_up(config::milliseconds limit,
                                          const protocol::failure& last) {
    return pool_failure(protocol::failure_code::service_down,
                        "no connection has been up for " + config::format_duration(limit) +
                            (last ? ": " + describe(last) : std::string()));
}

/// One that may wait for its caller took too long, in all.
inline protocol::failure took_too_long(config::milliseconds limit) {
    return pool_failure(protocol::failure_code::request_timeout,
                        "not over after " + config::format_duration(limit) + " (pool.max-request)");
}

/// The source of its audio has ended before its audio had.
inline protocol::failure source_has_ended() {
    return pool_failure(protocol::failure_code::request_interrupted,
                        "interrupted: the source of its audio has ended");
}

/// It answered with an error of its own.
inline protocol::failure source_has_failed(const std::string& why) {
    return pool_failure(protocol::failure_code::request_cancelled,
                        "cancelled: the source of its audio failed: " + why);
}

/// A source that has nothing yet answers later: asked at once, it would be all the time.
inline protocol::failure piece_is_empty() {
    return pool_failure(protocol::failure_code::invalid_request,
                        "the source of its audio answered with an empty piece: expected audio, "
                        "or the last piece");
}

/// The connection tells requests apart by their ids.
inline protocol::failure has_no_id() {
    return pool_failure(protocol::failure_code::invalid_request,
                        "the request has no id: expected one, of any text");
}

inline protocol::failure has_clip_and_source() {
    return pool_failure(protocol::failure_code::invalid_request,
                        "the request has a clip and a source: expected one of them");
}

/// Without credit at first nothing would ever come.
inline protocol::failure window_is_empty() {
    return pool_failure(protocol::failure_code::invalid_request,
                        "the window of its frames is empty: expected credit for at least one "
                        "frame and one byte");
}

/// The sink of the request's frames has ended.
inline protocol::failure sink_has_ended() {
    return pool_failure(protocol::failure_code::request_cancelled,
                        "cancelled: the receiver of its frames has ended");
}

/// The request names a lease that is over, never was, or is another's.
inline protocol::failure lease_is_over() {
    return pool_failure(protocol::failure_code::lease_lost,
                        "the connection is not leased to this caller any more");
}

/// The holder sent a second request before it had the first one's result.
inline protocol::failure lease_has_a_request() {
    return pool_failure(protocol::failure_code::lease_busy,
                        "the leased connection has a request already; one at a time");
}

/// The session's own code failed: a broken program rather than a broken
/// connection.
inline protocol::failure session_actor_failed(const std::string& what) {
    return pool_failure(protocol::failure_code::unknown, "the session's actor failed: " + what);
}

/// What failed of a session's actor that somebody killed.
inline constexpr auto ended_from_outside = "it was ended from outside";

/// They failed too often.
inline protocol::failure pool_has_failed(std::size_t limit, config::milliseconds window,
                                         const std::string& last) {
    return pool_failure(protocol::failure_code::pool_failed,
                        "the pool failed: more than " + std::to_string(limit) +
                            " session actors failed within " + config::format_duration(window) +
                            " (pool.max-restarts), the last one: " + last);
}

/// The pool's actor ended before it was closed.
inline protocol::failure pool_has_ended() {
    return pool_failure(protocol::failure_code::pool_failed,
                        "the pool ended before the request did");
}

/// An anonymous sender could neither use a session nor release it.
inline protocol::failure holder_is_nobody() {
    return pool_failure(protocol::failure_code::lease_lost,
                        "a connection is leased to an actor only, not to an anonymous sender");
}

/// Its actor did, before the rounds were over.
inline protocol::failure the_pool_ended(const std::string& why) {
    return pool_failure(protocol::failure_code::pool_failed, "the pool ended: " + why);
}

/// The connection was gone when the request came to it.
inline protocol::failure lost_before_sending() {
    auto f = pool_failure(protocol::failure_code::connection_closed,
                          "the connection was lost before the request could be sent");
    f.phase = protocol::failure_phase::websocket_send;
    return f;
}

/// The connection was closed as its owner wished.
inline protocol::failure connection_was_closed() {
    return pool_failure(protocol::failure_code::request_cancelled, "the connection was closed");
}

/// A session that has told nothing of itself.
inline protocol::failure session_has_not_opened(config::milliseconds limit) {
    return pool_failure(protocol::failure_code::connection_failed,
                        "it neither opened nor failed within " + config::format_duration(limit));
}

/// Code of somebody else, by what it is and its name.
inline protocol::failure extension_has_failed(const std::string& what, const std::string& name,
                                              const std::string& why) {
    return pool_failure(protocol::failure_code::extension_failed,
                        what + " \"" + name + "\": " + why);
}

} // namespace avatar
