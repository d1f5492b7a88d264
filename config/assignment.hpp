#pragma once

#include <string>

namespace avatar::config {

/// A key and the text a source gives for it, neither checked yet.
struct assignment {
    std::string key;
    std::string value;
};

} // namespace avatar::config
