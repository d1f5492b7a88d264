#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace avatar::report {

/// A connection id as the text report prints it: at most 20 characters, a
/// longer one cut to 20 and "...". Characters are UTF-8 code points and never
/// cut in two. Control characters and bytes that are not UTF-8 become "?", so
/// that no service can send escape codes to the user's terminal.
std::string connection_label(std::string_view id);

/// The same, but whole where it takes no more than `width` characters.
std::string connection_label_within(std::string_view id, std::size_t width);

} // namespace avatar::report
