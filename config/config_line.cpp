#include "config/config_line.hpp"

#include "protocol/text.hpp"

#include <algorithm>

namespace avatar::config {

namespace {

using protocol::trimmed;

constexpr std::string_view key_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

std::string_view without_comment(std::string_view text) {
    return trimmed(text.substr(0, text.find('#')));
}

bool is_key(std::string_view text) {
    return !text.empty() && text.find_first_not_of(key_characters) == std::string_view::npos &&
           text.front() != '-';
}

std::string checked_section(std::string_view line) {
    const auto section = without_comment(line);
    const auto name = section.ends_with(']') ? trimmed(section.substr(1, section.size() - 2))
                                             : std::string_view();
    if (!is_key(name))
        throw line_error("not a section: expected [name]");
    return '[' + std::string(name) + ']';
}

std::string_view checked_quoted(std::string_view value) {
    const char quote = value.front();
    const auto end = value.find(quote, 1);
    if (end == std::string_view::npos)
        throw line_error(std::string("a quote is not closed: expected ") + quote);
    const auto quoted = value.substr(0, end + 1);
    if (quote == '"' && quoted.find('\\') != std::string_view::npos)
        throw line_error("a backslash in double quotes: expected single quotes around the value");
    if (!without_comment(value.substr(end + 1)).empty())
        throw line_error(
            "text after the closing quote: expected the end of the line or a # comment");
    return quoted;
}

std::string_view checked_value(std::string_view value) {
    if (value.starts_with('"') || value.starts_with('\''))
        return checked_quoted(value);
    if (value.starts_with('[') || value.starts_with('{'))
        throw line_error("a list or a table: expected one value");
    const auto bare = without_comment(value);
    if (bare.empty())
        throw line_error("no value after =: expected one, or \"\" for none");
    return bare;
}

} // namespace

std::string checked_line(std::string_view line) {
    line = trimmed(line);
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::any_of(line.begin(), line.end(), is_control))
        throw line_error("a control character: expected text");
    if (line.empty() || line.starts_with('#') || line.starts_with(';'))
        return {};
    if (line.starts_with('['))
        return checked_section(line);
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_key(key))
        throw line_error("not understood: expected [section], key = value or a # comment");
    return std::string(key) + " = " + std::string(checked_value(trimmed(line.substr(equals + 1))));
}

} // namespace avatar::config
