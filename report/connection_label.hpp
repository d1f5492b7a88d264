#pragma once

#include <string>
#include <string_view>

namespace avatar::report {

/// A connection id as the text report prints it: at most 20 characters, a
/// longer one cut to 20 and "...". Characters are UTF-8 code points and never
/// cut in two. Control characters and bytes that are not UTF-8 become "?", so
/// that no service can send escape codes to the user's terminal.
std::string connection_label(std::string_view id);

} // namespace avatar::report
