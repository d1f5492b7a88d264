#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Durations as users write and read them.
namespace avatar::config {

/// What an option takes at the most, unless it has a bound of its own: long enough for any
/// soak test, and far from overflow in nanoseconds.
constexpr std::chrono::milliseconds longest_duration = std::chrono::hours(365 * 24);

/// Reads `500ms`, `30s`, `10min` or `1h`, also with a fraction as in `1.5s`,
/// and `0` without a unit. Nothing where the text is anything else: negative,
/// too large for the type, or finer than one millisecond.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Writes a duration in the largest unit that divides it evenly: `10min`,
/// `90s`, `1500ms`, `0s`. What parse_duration reads back.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace avatar::config
