#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace avatar::config {

/// All of the text as a number: digits first, after a minus where one is allowed.
template <class Number>
std::optional<Number> parse_number(std::string_view text, bool allow_minus = false) {
    const auto digits = allow_minus && text.starts_with('-') ? text.substr(1) : text;
    if (digits.empty() || digits.front() < '0' || digits.front() > '9')
        return std::nullopt;
    Number value{};
    const auto end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end)
        return std::nullopt;
    return value;
}

} // namespace avatar::config
