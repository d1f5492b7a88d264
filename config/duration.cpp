#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace avatar::config {

namespace {

struct unit {
    std::string_view name;
    std::int64_t milliseconds;
};

// Largest first, as format_duration tries them.
constexpr std::array units = {
    unit{"h", 3'600'000},
    unit{"min", 60'000},
    unit{"s", 1'000},
    unit{"ms", 1},
};

constexpr std::string_view digits = "0123456789";

// Digits alone: from_chars would also take a sign.
std::optional<std::int64_t> parse_digits(std::string_view text) {
    if (text.find_first_not_of(digits) != std::string_view::npos)
        return std::nullopt;
    std::int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

// What follows the point, in milliseconds. In whole numbers, so that 0.1s is
// exactly 100ms, and 0.0001s is refused rather than rounded to nothing.
std::optional<std::int64_t> parse_fraction(std::string_view text, std::int64_t unit_ms) {
    // More would overflow the product below.
    constexpr std::size_t most_digits = 9;
    while (text.size() > 1 && text.back() == '0')
        text.remove_suffix(1);
    const auto value = parse_digits(text);
    if (!value || text.size() > most_digits)
        return std::nullopt;
    std::int64_t scale = 1;
    for (std::size_t i = 0; i < text.size(); ++i)
        scale *= 10;
    if (*value * unit_ms % scale != 0)
        return std::nullopt;
    return *value * unit_ms / scale;
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    if (text == "0")
        return std::chrono::milliseconds(0);
    const auto number = text.substr(0, text.find_first_not_of("0123456789."));
    const auto name = text.substr(number.size());
    const auto point = number.find('.');
    for (const auto& unit : units) {
        if (unit.name != name)
            continue;
        const auto whole = parse_digits(number.substr(0, point));
        const auto part = point == std::string_view::npos
                              ? std::optional<std::int64_t>(0)
                              : parse_fraction(number.substr(point + 1), unit.milliseconds);
        if (!whole || !part)
            return std::nullopt;
        const auto most = std::numeric_limits<std::int64_t>::max();
        if (*whole > (most - *part) / unit.milliseconds)
            return std::nullopt;
        return std::chrono::milliseconds(*whole * unit.milliseconds + *part);
    }
    return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
    const auto count = duration.count();
    if (count == 0)
        return "0s";
    for (const auto& unit : units)
        if (count % unit.milliseconds == 0)
            return std::to_string(count / unit.milliseconds) + std::string(unit.name);
    return std::to_string(count) + "ms";
}

} // namespace avatar::config
