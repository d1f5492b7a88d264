#pragma once

#include "protocol/failure.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

/// The one place that turns what is known of a failure into its stable code.
namespace avatar::protocol {

/// How much of a refused exchange's body a failure keeps, in bytes.
inline constexpr std::size_t kept_body_size = 1000;

/// Bytes kept of a service's title or detail.
inline constexpr std::size_t kept_text_size = 300;

/// Returns `known` with its code set, in this order of classification: the server
/// code, or a close code of the service's own (4000 to 4099 and 4500 to 4599, the same
/// numbers); then the texts the service is known to use, looked for in the server
/// code's name, the title and the detail, in lower case; then the HTTP status;
/// then the phase. Where nothing but the phase is known:
/// - another close code means connection_closed,
/// - the phases session_token, websocket_connect and websocket_send without an
///   answer of the service mean connection_failed,
/// - websocket_handshake and websocket_runtime mean server_error.
///
/// A code that is already set stays: who knows better (a reset connection, a
/// frame that did not parse) says so.
///
/// `server_code_name` is for a server code that came as text: a number, or a
/// name such as "INVALID_ARGUMENT"; what it stands for goes into `server_code`
/// when that is zero.
///
/// The rules are those of the service's public client SDKs (avatar-sdk-go,
/// avatarkit).
failure classify(failure known, std::string_view server_code_name = {});

/// What an HTTP answer says that is none of what was asked for.
struct http_refusal {
    int status = 0;
    std::string_view body;     ///< Or its front.
    std::string_view reason;   ///< Of the status line.
    std::string_view location; ///< Header, of a redirect.
    std::chrono::seconds retry_after{0};
};

/// The failure of an HTTP exchange that was answered with a refusal: reads the
/// body's error (see parse_error_body), keeps the body, and classifies. A status
/// that the error names for itself replaces a 2xx one. The body of a 2xx answer
/// may carry a session token: nothing of it is kept but a structured error.
/// Where the body has no error, the title is that of a web page, else the status
/// line's reason; a redirect tells where it leads, without a query.
failure http_failure(failure_phase phase, const http_refusal& refusal);

failure http_failure(failure_phase phase, int status, std::string_view body);

} // namespace avatar::protocol
