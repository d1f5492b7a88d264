#pragma once

#include <chrono>
#include <string_view>

namespace avatar::protocol {

/// No service keeps its clients away for longer by a Retry-After: a wrong clock, or a wrong
/// unit, would else take a pool out of service for days.
inline constexpr std::chrono::seconds longest_retry_after = std::chrono::hours(1);

/// The wait that a Retry-After header asks for (RFC 9110, section 10.2.3): seconds, or a
/// date in any of HTTP's three formats; at most `longest_retry_after`, zero where it cannot
/// be read or has passed. `date` is the answer's own Date header, which a date is compared
/// with, so that the two machines' clocks need not agree; `now` takes its place where it
/// cannot be read.
std::chrono::seconds
parse_retry_after(std::string_view value, std::string_view date = {},
                  std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

} // namespace avatar::protocol
