#pragma once

#include <cstddef>
#include <string>

namespace avatar::config {

/// A key and the text a source gives for it, neither checked yet.
struct assignment {
    std::string key;
    std::string value;
    std::size_t line = 0; ///< Of a file, from 1 up; 0: the source has no lines.
};

} // namespace avatar::config
