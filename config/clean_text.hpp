#pragma once

#include <algorithm>
#include <string_view>

namespace avatar::config {

/// Without control characters, as values may end up in HTTP headers.
inline bool is_clean(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

} // namespace avatar::config
