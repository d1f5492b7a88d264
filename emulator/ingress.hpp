#pragma once

#include "emulator/directory.hpp"
#include "emulator/fault_source.hpp"
#include "emulator/session_token.hpp"
#include "transport/server.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace avatar::emulator {

/// Path of the emulated ingress; WebSockets open below it.
inline constexpr std::string_view ingress_path = "/v1/ingress";

/// That of the service's successor, where they open as well.
inline constexpr std::string_view successor_ingress_path = "/v2/driveningress";

/// An upgrade may go on, for that avatar and app.
struct admitted {
    std::string avatar_id;
    std::string app_id;
};

/// Where sessions are opened: `GET {ingress_path}/websocket?id=AVATAR` as an upgrade, or
/// the same below successor_ingress_path, with the app id and the session token either in the
/// headers X-App-ID and X-Session-Key or in the query as appId and sessionKey. A header wins over
/// the query.
class ingress {
public:
    /// The references must outlive the ingress.
    ingress(const directory& known, const session_tokens& tokens, fault_source& faults);

    /// Whether a request is for the WebSocket's path, upgrade or not.
    static bool serves(const transport::http_request& request);

    /// The reply, 426, to a request for that path that is not an upgrade.
    static transport::http_reply upgrade_required();

    /// Whether the upgrade may go on, else the refusal with a body of
    /// {"message":"..."} and one newline. In the order in which they are asked for:
    /// - 404 another path,
    /// - 400 no token, or one that is not ours ("Invalid session token"),
    /// - 401 "Session token expired",
    /// - 400 no app ID, 404 "App ID unrecognized",
    /// - 400 the token was made for another app ("App ID mismatch"),
    /// - 400 no avatar ID, 404 "Avatar not found: ID",
    /// - what the scenario says for that avatar.
    std::variant<admitted, transport::http_reply> admit(const transport::http_request& request,
                                                        wall_time now) const;

private:
    const directory& known_;
    const session_tokens& tokens_;
    fault_source& faults_;
};

} // namespace avatar::emulator
