#pragma once

#include "protocol/error_body.hpp"
#include "protocol/failure.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The console API: an API key in, a session token out. Both ends of it.
namespace avatar::protocol {

/// Body of POST .../session-tokens: {"expireAt": <unix seconds, UTC>}, the time
/// cut to whole seconds.
std::string token_request(std::chrono::system_clock::time_point expire_at);

/// A session token (a secret), or why there is none.
using token_answer = std::variant<std::string, failure>;

/// Reads the console's answer. A failure is classified as http_failure does when
/// the status is not 200 or the body lists errors, and is a protocol_error when
/// the body of a 200 is not a JSON object or has neither a sessionToken nor a session_token,
/// as the service's successor calls it. No failure
/// holds any of a 200's body but the errors it lists.
token_answer parse_token_response(int status, std::string_view body);

/// The expiry that a token request asks for; nothing when the body is not a
/// JSON object with a whole, positive number of seconds that the clock can hold.
std::optional<std::chrono::system_clock::time_point> parse_token_request(std::string_view body);

/// Body of a granted request: {"sessionToken": "..."}, or of the successor's route with the
/// name session_token. Refusals: see error_response.
std::string token_response(std::string_view session_token, std::string_view name = "sessionToken");

} // namespace avatar::protocol
