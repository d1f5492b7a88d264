#include "protocol/error_body.hpp"

#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>

namespace avatar::protocol {

namespace {

using nlohmann::json;

constexpr std::size_t plain_text_limit = 200;

/// A string as it is, a number as its digits, anything else as nothing.
std::string text_of(const json& object, const char* key) {
    auto it = object.find(key);
    if (it == object.end())
        return {};
    if (it->is_string())
        return it->get<std::string>();
    return it->is_number() ? it->dump() : std::string();
}

std::string first_of(const json& object, std::initializer_list<const char*> keys) {
    for (auto key : keys)
        if (auto text = text_of(object, key); !text.empty())
            return text;
    return {};
}

/// A number from 100 to 999, as such or in a string; else 0.
int status_of(const json& object) {
    auto text = text_of(object, "status");
    auto three_digits = text.size() == 3 && text.find_first_not_of("0123456789") == text.npos;
    return three_digits && text.front() != '0' ? std::stoi(text) : 0;
}

/// Where in the body the error stands: the first of the list, or the body.
const json& error_in(const json& body) {
    auto errors = body.find("errors");
    auto listed = errors != body.end() && errors->is_array() && !errors->empty();
    return listed && errors->front().is_object() ? errors->front() : body;
}

error_body parse_object(const json& body) {
    const auto& error = error_in(body);
    return {status_of(error), first_of(error, {"code", "id"}), text_of(error, "title"),
            first_of(error, {"detail", "message", "error"})};
}

std::string dump(const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::optional<error_body> parse_json_error(std::string_view body) {
    auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object())
        return std::nullopt;
    return parse_object(parsed);
}

error_body parse_error_body(std::string_view body) {
    if (auto error = parse_json_error(body))
        return *error;
    error_body result;
    if (auto text = trimmed(body); !text.starts_with('<'))
        result.detail = shortened(text, plain_text_limit);
    return result;
}

std::string error_response(int status, std::string_view code, std::string_view title,
                           std::string_view detail) {
    return dump(
        {{"errors",
          json::array(
              {{{"status", status}, {"code", code}, {"title", title}, {"detail", detail}}})}});
}

std::string upgrade_refusal(std::string_view message) {
    return dump({{"message", message}}) + '\n';
}

} // namespace avatar::protocol
