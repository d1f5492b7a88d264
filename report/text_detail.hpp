#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string_view>
#include <utility>

/// Shared by the parts of the text report; not for other libraries.
namespace avatar::report::text_detail {

/// Formats one line and ends it.
template <class... Args>
void line(std::ostream& out, fmt::format_string<Args...> format, Args&&... args) {
    out << fmt::format(format, std::forward<Args>(args)...) << '\n';
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
