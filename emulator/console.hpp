#pragma once

#include "emulator/directory.hpp"
#include "emulator/fault_source.hpp"
#include "emulator/session_token.hpp"
#include "transport/server.hpp"

#include <string_view>

namespace avatar::emulator {

/// Path of the emulated console; tokens are made below it.
inline constexpr std::string_view console_path = "/v1/console";

/// Where the service's successor makes them.
inline constexpr std::string_view successor_token_path = "/v1/auth/session-token";

/// The console API: `POST {console_path}/session-tokens` makes a session token, and
/// `POST {successor_token_path}` another that it calls session_token instead of sessionToken.
/// Refusals carry the service's body, {"errors":[{...}]}: 401 for a missing or
/// unknown API key, 400 for a body that does not ask for a time to come, 405
/// for another method, 404 for another path; and what the scenario says.
class console {
public:
    /// The references must outlive the console.
    console(const directory& known, const session_tokens& tokens, fault_source& faults);

    /// Whether tokens are made at that target.
    static bool serves(const transport::http_request& request);

    transport::http_reply answer(const transport::http_request& request, wall_time now) const;

private:
    transport::http_reply make_token(const transport::http_request& request, std::string_view name,
                                     wall_time now) const;
    transport::http_reply issue(std::string_view api_key, std::string_view body,
                                std::string_view name, wall_time now) const;

    const directory& known_;
    const session_tokens& tokens_;
    fault_source& faults_;
};

} // namespace avatar::emulator
