#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Positions in a TOML text, and what a user is told of a mistake there.
namespace avatar::config {

/// The lines of a text, without their ends and without a byte order mark. They
/// point into it.
std::vector<std::string_view> lines_of(std::string_view text);

/// The part of a line from column `begin` to before column `end`. Columns count
/// code points of UTF-8, from 1 up.
std::string_view between_columns(std::string_view line, std::size_t begin, std::size_t end);

/// One line for people: what is wrong with `line` and what would be right.
/// `description` is what toml++ 3.3 says of it; what that repeats of a value is
/// left out. The only value ever shown is a duration, which is no secret.
std::string explain_syntax_error(std::string_view description, std::string_view line);

} // namespace avatar::config
