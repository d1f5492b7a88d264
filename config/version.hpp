#pragma once

#include <string_view>

namespace avatar::config {

/// The program's version, "0.1.0": that of the CMake project.
std::string_view version();

} // namespace avatar::config
