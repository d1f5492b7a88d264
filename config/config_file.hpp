#pragma once

#include "config/assignment.hpp"

#include <string>
#include <vector>

namespace avatar::config {

/// Reads a config file: TOML's `[section]`, `key = value` and comments, a
/// string in single or double quotes or, where it is one word, in none. Lists,
/// tables and escapes are refused: no option needs them. At most 1 MiB.
/// Blocks. Throws config_error that names file and line, and never repeats
/// what stands there: it may be a secret.
std::vector<assignment> read_config_file(const std::string& path);

} // namespace avatar::config
