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

/// An upgrade may go on, for that avatar and app.
struct admitted {
    std::string avatar_id;
    std::string app_id;
};

/// Where sessions are opened: `GET {ingress_path}/websocket?id=AVATAR` as an upgrade,
/// with the app id and the session token either in the headers X-App-ID and
/// X-Session-Key or in the query as appId and sessionKey. A header wins over
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
    /// {"message":"..."} and one newline:
    /// - 400 when a part is missing, the token is not ours ("Invalid session
    ///   token") or was made for another app ("App ID mismatch"),
    /// - 401 "Session token expired",
    /// - 404 "App ID unrecognized", "Avatar not found: ID", or another path,
    /// - what the scenario says for that avatar.
    std::variant<admitted, transport::http_reply> admit(const transport::http_request& request,
                                                        wall_time now) const;

private:
    const directory& known_;
    const session_tokens& tokens_;
    fault_source& faults_;
};

} // namespace avatar::emulator
