#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avatar::config {

/// The words of a text in lines of at most `width` columns, the first of at most
/// `first_width`; a longer word has a line of its own. A width counts bytes. At least
/// one line.
std::vector<std::string> text_lines(std::string_view text, std::size_t first_width,
                                    std::size_t width);

} // namespace avatar::config
