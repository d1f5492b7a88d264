#pragma once

#include <string_view>

namespace avatar::config {

/// The program's version, "0.1.0": that of the CMake project.
std::string_view version();

/// The day of that version, "2026-11-27". It does not change from build to build.
std::string_view version_date();

} // namespace avatar::config
