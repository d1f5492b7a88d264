#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace avatar::protocol {

/// Why a connection or a request failed. The first group is the avatar
/// service's stable set, the second what the pool itself decides.
enum class failure_code : std::uint8_t {
    none, ///< Nothing failed.

    session_token_expired,
    session_token_invalid,
    app_id_unrecognized,
    app_id_mismatch,
    avatar_not_found,
    billing_required,
    credits_exhausted,
    session_duration_exceeded,
    concurrency_limit,
    unsupported_sample_rate,
    invalid_egress_config,
    egress_unavailable,
    idle_timeout,
    upstream_error,
    invalid_request,
    connection_failed,
    connection_closed,
    protocol_error,
    server_error,
    rate_limited, ///< HTTP 429, which the SDKs have no code for.
    unknown,

    borrow_timeout,      ///< No session became free in time.
    request_timeout,     ///< The service did not finish the request in time.
    queue_full,          ///< Too many requests were waiting already.
    request_cancelled,   ///< The run or the pool ended before the request did.
    request_interrupted, ///< Whoever sent it took it back.
    service_down,        ///< No session has been up for a while.
    lease_lost,          ///< The lease of the session is over.
    lease_busy,          ///< The leased session has a request already.
    sink_too_slow,       ///< The receiver of its frames took none for too long.
    audio_timeout,       ///< The source of its audio had none for too long.
    pool_failed,         ///< Its sessions' actors kept failing.
    extension_failed,    ///< Code that is not the pool's own, such as a dispatch policy.
    node_lost,           ///< The node that had it was lost before it told the result.
    node_busy,           ///< Too much was under way to every node of the pool.
};

inline constexpr auto last_failure_code = failure_code::node_busy;

/// The stable name users see: "sessionTokenExpired", "borrowTimeout", …
std::string_view to_string(failure_code code);

/// Where in a session's course a failure happened.
enum class failure_phase : std::uint8_t {
    none, ///< Not on the wire: decided by the pool.
    session_token,
    websocket_connect,
    websocket_handshake,
    websocket_runtime,
    websocket_send,
};

/// "session_token", "websocket_connect", …
std::string_view to_string(failure_phase phase);

/// One failure with all that is known of it. Fields that do not apply are
/// empty or zero. Holds no secret.
struct failure {
    failure_code code = failure_code::none;
    failure_phase phase = failure_phase::none;
    std::uint16_t http_status = 0;
    std::int32_t server_code = 0;
    std::string title;
    std::string detail; ///< The reason in words, of the service or our own.
    std::string connection_id;
    std::string request_id;
    std::string body;             ///< Raw body of a refused HTTP exchange, cut to 1,000 bytes.
    std::uint16_t close_code = 0; ///< WebSocket close code.
    std::string close_reason;
    std::string url; ///< What was asked for; without user info, query and fragment.
    /// How long the service asks to wait before another try; zero: it does not say.
    std::chrono::seconds retry_after{0};

    /// True when something failed.
    explicit operator bool() const { return code != failure_code::none; }

    bool operator==(const failure&) const = default;
};

/// One line for people: the detail alone for what the pool decides, else
/// "sessionTokenInvalid (HTTP 400): Invalid session token (wss://host/path/websocket)"
/// with the HTTP status, server code or close code and the URL where there is one.
/// Control characters of the service's text are replaced by spaces.
std::string describe(const failure& f);

/// Replaces a secret that a service echoes in all of the failure's texts: see
/// `replace_secret` (protocol/secret_text.hpp).
void replace_all(failure& f, std::string_view text, std::string_view by);

/// Cuts each of its texts to so many bytes at most, between two characters.
void shorten(failure& f, std::size_t limit);

/// Serialisation hook of actor messages.
template <class Inspector>
auto inspect(Inspector& f, failure& x) {
    return f(x.code, x.phase, x.http_status, x.server_code, x.title, x.detail, x.connection_id,
             x.request_id, x.body, x.close_code, x.close_reason, x.url, x.retry_after);
}

} // namespace avatar::protocol
