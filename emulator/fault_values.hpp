#pragma once

#include "emulator/fault.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

/// What the two ways to write a fault down, file and option, have in common.
namespace avatar::emulator {

/// Whole numbers that may be written.
template <class Number>
struct limits {
    Number min;
    Number max;
};
inline constexpr limits<std::int64_t> refusal_status{400, 599};
inline constexpr limits<std::int64_t> close_code{1000, 4999}; ///< And see may_be_sent.
inline constexpr limits<std::int64_t> error_code{std::numeric_limits<std::int32_t>::min(),
                                                 std::numeric_limits<std::int32_t>::max()};
inline constexpr limits<std::int64_t> oversize_bytes{1, 60 * 1024 * 1024}; ///< A queue holds 64.

/// Animation of an oversize frame unless it says otherwise: a bit over the
/// 16 MiB that clients take by default.
inline constexpr std::size_t default_oversize = 16 * 1024 * 1024 + 64 * 1024;

/// No protobuf message.
inline constexpr std::string_view garbage = "\xff\xff\xff\xff";

/// The service's way to refuse a token or an upgrade.
transport::http_reply make_refusal(fault_point at, unsigned status, std::string_view message);

/// Whether a service may close with that code (RFC 6455, section 7.4, and the
/// IANA registry of close codes).
bool may_be_sent(std::int64_t code);
inline constexpr std::string_view sendable_codes = "1000 to 1003, 1007 to 1013, or 3000 to 4999";

/// A duration up to a year, which keeps sums far from overflow; else nothing.
std::optional<std::chrono::milliseconds> read_span(std::string_view text);

} // namespace avatar::emulator
