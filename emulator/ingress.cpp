#include "emulator/ingress.hpp"

#include "protocol/error_body.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <string>

namespace avatar::emulator {
namespace {

using transport::http_reply;
using transport::http_request;

http_reply refuse(unsigned status, std::string_view message) {
    return {.status = status, .body = protocol::upgrade_refusal(message)};
}

bool is_websocket_path(const boost::urls::url_view& url) {
    const auto path = url.path();
    return path == std::string(ingress_path) + "/websocket" ||
           path == std::string(successor_ingress_path) + "/websocket";
}

std::string in_query(const boost::urls::url_view& url, std::string_view name) {
    const auto params = url.params();
    const auto found = params.find(name);
    return found == params.end() ? std::string() : std::string((*found).value);
}

/// From the header, or else from the query.
std::string in_either(const http_request& request, std::string_view header,
                      const boost::urls::url_view& url, std::string_view name) {
    const auto value = request.header(header);
    return value.empty() ? in_query(url, name) : std::string(value);
}

} // namespace

ingress::ingress(const directory& known, const session_tokens& tokens, fault_source& faults)
    : known_(known),
      tokens_(tokens),
      faults_(faults) {}

bool ingress::serves(const http_request& request) {
    const auto url = boost::urls::parse_origin_form(request.target);
    return url && is_websocket_path(*url);
}

http_reply ingress::upgrade_required() {
    return refuse(426, "Upgrade required: this address speaks WebSocket");
}

std::variant<admitted, http_reply> ingress::admit(const http_request& request,
                                                  wall_time now) const {
    const auto url = boost::urls::parse_origin_form(request.target);
    if (!url || !is_websocket_path(*url))
        return refuse(404, "Not found");

    const auto avatar_id = in_query(*url, "id");
    const auto app_id = in_either(request, "X-App-ID", *url, "appId");
    const auto token = in_either(request, "X-Session-Key", *url, "sessionKey");
    if (token.empty())
        return refuse(400, "Empty token: neither header X-Session-Key nor query parameter "
                           "sessionKey");
    const auto verdict = tokens_.check(token, now);
    if (verdict.state == token_state::invalid)
        return refuse(400, "Invalid session token");
    if (verdict.state == token_state::expired)
        return refuse(401, "Session token expired");
    if (app_id.empty())
        return refuse(400, "Missing app ID: neither header X-App-ID nor query parameter appId");
    if (!known_.has_app(app_id))
        return refuse(404, "App ID unrecognized");
    if (verdict.app_id != app_id)
        return refuse(400, "App ID mismatch");
    if (avatar_id.empty())
        return refuse(400, "Missing avatar ID: the query parameter id is empty");
    if (!known_.has_avatar(avatar_id))
        return refuse(404, "Avatar not found: " + avatar_id);
    if (const auto* wrong = faults_.fault_at(fault_point::upgrade, avatar_id))
        return std::get<http_reply>(wrong->action);
    return admitted{avatar_id, app_id};
}

} // namespace avatar::emulator
