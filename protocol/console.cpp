#include "protocol/console.hpp"

#include "protocol/classify.hpp"
#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

namespace avatar::protocol {

namespace {

using nlohmann::json;
using std::chrono::seconds;
using std::chrono::system_clock;

failure broken_answer(std::string detail) {
    failure known;
    known.code = failure_code::protocol_error;
    known.phase = failure_phase::session_token;
    known.http_status = 200;
    known.detail = std::move(detail);
    return known;
}

bool lists_errors(const json& body) {
    auto errors = body.find("errors");
    return errors != body.end() && errors->is_array() && !errors->empty();
}

} // namespace

std::string token_request(system_clock::time_point expire_at) {
    auto unix_seconds = std::chrono::floor<seconds>(expire_at.time_since_epoch()).count();
    return json{{"expireAt", unix_seconds}}.dump();
}

token_answer parse_token_response(int status, std::string_view body) {
    if (status != 200)
        return http_failure(failure_phase::session_token, status, body);
    // The parser's own words are not passed on: they quote the body.
    auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object())
        return broken_answer("the session token response is not a JSON object");
    if (lists_errors(parsed))
        return http_failure(failure_phase::session_token, status, body);
    auto token = parsed.find("sessionToken");
    if (token == parsed.end())
        token = parsed.find("session_token");
    if (token == parsed.end() || !token->is_string() || token->get_ref<std::string&>().empty())
        return broken_answer("the session token response has no sessionToken");
    // It goes into a header or a query: a line break in it would start another.
    if (const auto& text = token->get_ref<std::string&>(); on_one_line(text) != text)
        return broken_answer("the sessionToken holds control characters");
    return std::move(token->get_ref<std::string&>());
}

std::optional<system_clock::time_point> parse_token_request(std::string_view body) {
    auto parsed = json::parse(body, nullptr, false);
    // Nothing is found in what is no object.
    auto expire_at = parsed.find("expireAt");
    if (expire_at == parsed.end() || !expire_at->is_number_integer())
        return std::nullopt;
    constexpr auto latest = std::chrono::floor<seconds>(system_clock::duration::max()).count();
    // A number beyond 63 bits wraps to a negative one here and is refused too.
    auto unix_seconds = expire_at->get<std::int64_t>();
    if (unix_seconds <= 0 || unix_seconds > latest)
        return std::nullopt;
    return system_clock::time_point(seconds(unix_seconds));
}

std::string token_response(std::string_view session_token, std::string_view name) {
    return json{{std::string(name), session_token}}.dump(-1, ' ', false,
                                                         json::error_handler_t::replace);
}

} // namespace avatar::protocol
