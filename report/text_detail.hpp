#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

/// Shared by the parts of the text report; not for other libraries.
namespace avatar::report::text_detail {

/// Formats one line and ends it.
template <class... Args>
void line(std::ostream& out, fmt::format_string<Args...> format, Args&&... args) {
    out << fmt::format(format, std::forward<Args>(args)...) << '\n';
}

/// What most runs have none of: requests that are neither OK nor failed.
inline std::string other_outcomes(std::uint64_t interrupted, std::uint64_t cancelled) {
    std::string text;
    if (interrupted > 0)
        text += fmt::format(", {} INTERRUPTED", interrupted);
    if (cancelled > 0)
        text += fmt::format(", {} CANCELLED", cancelled);
    return text;
}

inline void rule(std::ostream& out) {
    line(out, "{:=<60}", "");
}

/// A blank line, a rule and a title. What follows ends with a rule of its own.
inline void banner(std::ostream& out, std::string_view title) {
    out << '\n';
    rule(out);
    line(out, "{}", title);
}

} // namespace avatar::report::text_detail
