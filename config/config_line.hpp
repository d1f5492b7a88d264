#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace avatar::config {

/// What is wrong with a line of a config file, and what would be right.
class line_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A line of a config file, checked and without its comment: `[section]`,
/// `key = value`, or empty. CLI11 2.1.2 ends a value at a `#` inside quotes and
/// silently skips or guesses at lines that it does not understand; what this
/// returns it reads as TOML means it. Throws line_error.
std::string checked_line(std::string_view line);

} // namespace avatar::config
