#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace avatar::report {

/// "99.9%": only all is 100.0%, and only none is 0.0%, whatever rounding would make of others.
inline std::string percentage(std::uint64_t part, std::uint64_t whole) {
    if (part == 0 || whole == 0)
        return "0.0%";
    if (part == whole)
        return "100.0%";
    constexpr double least = 0.1; // Which one decimal place shows.
    const auto exact = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    return fmt::format("{:.1f}%", std::clamp(exact, least, 100.0 - least));
}

} // namespace avatar::report
