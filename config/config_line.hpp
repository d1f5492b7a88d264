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
/// `key = value` with one space on each side, or empty. A value in quotes keeps
/// them; there is nothing behind them. Read here and not by CLI11, which skips
/// or guesses at what it does not understand: it leaves out a key `pool.--`,
/// ends a value at a `#` inside quotes, and takes [default] for no section.
/// Throws line_error.
std::string checked_line(std::string_view line);

} // namespace avatar::config
