#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Small helpers for text that comes from outside.
namespace avatar::protocol {

/// ASCII letters in lower case, everything else as it is.
std::string lower_case(std::string_view text);

/// Without white space at either end.
std::string_view trimmed(std::string_view text);

/// At most `limit` bytes from the front, never ending within a UTF-8 sequence.
std::string_view shortened(std::string_view text, std::size_t limit);

/// Fit for one line on a terminal: each control character, also the second set
/// (U+0080 to U+009F) that some terminals obey, becomes a space.
std::string on_one_line(std::string_view text);

} // namespace avatar::protocol
