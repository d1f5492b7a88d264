#include "protocol/error_body.hpp"

#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <utility>

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

/// Where in the body the error stands: the first of the list, an object of its own, or
/// the body.
const json& error_in(const json& body) {
    auto errors = body.find("errors");
    auto listed = errors != body.end() && errors->is_array() && !errors->empty();
    if (listed && errors->front().is_object())
        return errors->front();
    auto error = body.find("error");
    return error != body.end() && error->is_object() ? *error : body;
}

error_body parse_object(const json& body) {
    const auto& error = error_in(body);
    return {status_of(error), first_of(error, {"code", "id"}), text_of(error, "title"),
            first_of(error, {"detail", "message", "error"})};
}

std::string_view first_line(std::string_view text) {
    text = trimmed(text);
    return trimmed(text.substr(0, text.find_first_of("\r\n")));
}

/// What stands between the first tag of that name and the next of its ends. `page` is in
/// lower case, the result of the page as it came.
std::string_view element(std::string_view page, std::string_view as_it_came,
                         const std::string& name) {
    const auto at = page.find('<' + name);
    const auto from = page.find('>', at); // Nothing is found behind nothing.
    if (from == page.npos)
        return {};
    const auto end = page.find("</" + name, from);
    return as_it_came.substr(from + 1, end == page.npos ? end : end - from - 1);
}

/// Without tags, and what styles, scripts and comments hold.
std::string without_tags(std::string_view html) {
    const auto page = lower_case(html);
    std::string text;
    for (std::size_t at = 0; at < html.size();) {
        if (html[at] != '<') {
            text += html[at++];
            continue;
        }
        const auto rest = std::string_view(page).substr(at);
        auto end = rest.find('>');
        for (const std::string_view hidden : {"style", "script"})
            if (rest.substr(1).starts_with(hidden))
                end = rest.find('>', rest.find("</" + std::string(hidden)));
        if (rest.starts_with("<!--"))
            end = rest.find('>', rest.find("-->"));
        text += ' ';
        at = end == rest.npos ? html.size() : at + end + 1;
    }
    return text;
}

/// White space made one space, and the characters that HTML itself needs decoded.
std::string as_words(std::string_view text) {
    constexpr std::pair<std::string_view, char> entities[] = {
        {"&lt;", '<'},    {"&gt;", '>'},   {"&quot;", '"'}, {"&#39;", '\''},
        {"&apos;", '\''}, {"&nbsp;", ' '}, {"&amp;", '&'}};
    std::string words;
    while (!text.empty()) {
        auto c = text.front();
        std::size_t size = 1;
        for (const auto& [entity, meaning] : entities)
            if (text.starts_with(entity)) {
                c = meaning;
                size = entity.size();
            }
        text.remove_prefix(size);
        const bool is_space = trimmed({&c, 1}).empty();
        if (!is_space)
            words += c;
        else if (!words.empty() && words.back() != ' ')
            words += ' ';
    }
    return std::string(trimmed(words));
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
    if (auto text = first_line(body); !text.starts_with('<'))
        result.detail = shortened(text, plain_text_limit);
    return result;
}

std::string page_title(std::string_view body) {
    body = trimmed(body);
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body.starts_with(byte_order_mark))
        body.remove_prefix(byte_order_mark.size());
    if (!body.starts_with('<'))
        return {};
    const auto page = lower_case(body);
    for (const auto* name : {"title", "h1", "h2"})
        if (auto words = as_words(without_tags(element(page, body, name))); !words.empty())
            return std::string(shortened(words, plain_text_limit));
    return std::string(shortened(as_words(without_tags(body)), plain_text_limit));
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
