#include "emulator/console.hpp"

#include "protocol/console.hpp"
#include "protocol/error_body.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <string>

namespace avatar::emulator {
namespace {

using transport::http_reply;
using transport::http_request;

// The word "unauthorized" is avoided: from this service it stands for egress
// credentials.
http_reply refuse(unsigned status, std::string_view code, std::string_view title,
                  std::string_view detail) {
    return {.status = status,
            .body = protocol::error_response(static_cast<int>(status), code, title, detail)};
}

http_reply refuse_key(std::string_view detail) {
    return refuse(401, "invalidApiKey", "Invalid API key", detail);
}

http_reply refuse_body(std::string_view detail) {
    return refuse(400, "invalidRequest", "Bad Request", detail);
}

std::string alias_path() {
    return std::string(console_path) + "/session-tokens";
}

/// What a token is called in the answer at that target; empty where none is made.
std::string_view token_name(const http_request& request) {
    const auto url = boost::urls::parse_origin_form(request.target);
    if (url && url->path() == alias_path())
        return "sessionToken";
    if (url && url->path() == successor_token_path)
        return "session_token";
    return {};
}

} // namespace

console::console(const directory& known, const session_tokens& tokens, fault_source& faults)
    : known_(known),
      tokens_(tokens),
      faults_(faults) {}

bool console::serves(const http_request& request) {
    return !token_name(request).empty();
}

http_reply console::answer(const http_request& request, wall_time now) const {
    const auto name = token_name(request);
    if (name.empty())
        return refuse(404, "notFound", "Not Found",
                      "session tokens are made at " + alias_path() + " and " +
                          std::string(successor_token_path));
    if (request.method != "POST")
        return refuse(405, "methodNotAllowed", "Method Not Allowed",
                      "session tokens are made with POST");
    return make_token(request, name, now);
}

http_reply console::make_token(const http_request& request, std::string_view name,
                               wall_time now) const {
    const auto api_key = request.header("X-Api-Key");
    if (api_key.empty())
        return refuse_key("the header X-Api-Key is missing");
    const auto* wrong = faults_.fault_at(fault_point::token, api_key);
    if (wrong && std::holds_alternative<http_reply>(wrong->action))
        return std::get<http_reply>(wrong->action);
    auto reply = issue(api_key, request.body, name, now);
    if (wrong)
        reply.delay = std::get<late_answer>(wrong->action).by;
    return reply;
}

http_reply console::issue(std::string_view api_key, std::string_view body, std::string_view name,
                          wall_time now) const {
    const auto* account = known_.find_account(api_key);
    if (!account)
        return refuse_key("no account has this API key");

    const auto expires_at = protocol::parse_token_request(body);
    if (!expires_at)
        return refuse_body("the body is not a JSON object with expireAt in whole Unix seconds");
    if (*expires_at <= now)
        return refuse_body("expireAt is in the past");
    return {.status = 200,
            .body = protocol::token_response(tokens_.issue(account->app_id, *expires_at), name)};
}

} // namespace avatar::emulator
