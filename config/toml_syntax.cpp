#include "config/toml_syntax.hpp"

#include "config/duration.hpp"
#include "config/error.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace avatar::config {

namespace {

using protocol::trimmed;

constexpr auto npos = std::string_view::npos;

constexpr std::string_view key_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. \t\"'";

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != npos;
}

// What stands behind `key =`; nothing where the line does not begin like that.
std::optional<std::string_view> behind_key(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == npos || line.substr(0, equals).find_first_not_of(key_characters) != npos)
        return std::nullopt;
    return trimmed(line.substr(equals + 1));
}

bool is_open_quote(std::string_view value) {
    return (value.starts_with('"') || value.starts_with('\'')) && value.find(value[0], 1) == npos;
}

// Whether toml++ failed on a value that does not begin like a string, a list or
// a table. "Error while parsing WHAT: " begins its descriptions.
bool is_bare_text(std::string_view description, std::string_view value) {
    constexpr std::string_view numbers_and_the_like[] = {
        "value", "boolean", "floating-point", "integer", "date", "time",
    };
    const auto what = description.substr(0, description.find(':'));
    return !contains("\"'[{", value.substr(0, 1)) &&
           std::ranges::any_of(numbers_and_the_like,
                               [&](auto word) { return what.ends_with(word); });
}

std::string explain_bare_text(std::string_view value) {
    const auto text = trimmed(value.substr(0, value.find('#')));
    if (parse_duration(text))
        return fmt::format("{} stands without quotes: expected \"{}\"", text, text);
    return "text without quotes: expected quotes around it, as in key = \"value\"";
}

// Without what toml++ quotes from the text: it ends in `, saw 'x'`, or holds a
// number it cannot use.
std::string without_quoted(std::string_view description) {
    auto text = std::string(description.substr(0, description.find(", saw ")));
    const auto first = text.find('\'');
    if (first != npos && !contains(text, "expected '"))
        text.replace(first, text.rfind('\'') + 1 - first, "...");
    return printable(protocol::lower_case(text.substr(0, 1)) + text.substr(1));
}

} // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        lines.push_back(line.ends_with('\r') ? line.substr(0, end - 1) : line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string_view between_columns(std::string_view line, std::size_t begin, std::size_t end) {
    const auto bytes_before = [line](std::size_t column) {
        std::size_t at = 0;
        for (; at < line.size(); ++at) {
            const bool starts_code_point = (static_cast<unsigned char>(line[at]) & 0xC0) != 0x80;
            if (starts_code_point && --column == 0)
                break;
        }
        return at;
    };
    const auto from = bytes_before(begin);
    return line.substr(from, bytes_before(end) - from);
}

std::string explain_syntax_error(std::string_view description, std::string_view line) {
    // A key, and only a key, is told here.
    if (contains(description, ": cannot redefine existing "))
        return printable(description.substr(description.find(": ") + 2)) + ": expected it once";
    const auto behind = behind_key(line);
    const auto value = behind.value_or("");
    if (behind && (value.empty() || value.starts_with('#')))
        return "no value behind =: expected one, or \"\" for none";
    if (behind && is_bare_text(description, value))
        return explain_bare_text(value);
    if (is_open_quote(value))
        return fmt::format("a quote is not closed: expected {} behind the value", value[0]);
    if (contains(description, "control character"))
        return "a control character: expected text without";
    auto what = without_quoted(description);
    if (contains(what, "escape sequence") || contains(what, "unicode scalar"))
        return what + R"(: expected \\ for a backslash, or single quotes around the value)";
    if (contains(what, "expected "))
        return what;
    return what + ": expected [section], key = value or a # comment";
}

} // namespace avatar::config
