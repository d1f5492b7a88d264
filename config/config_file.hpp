#pragma once

#include "config/assignment.hpp"

#include <string>
#include <vector>

namespace avatar::config {

/// Reads a config file, which is TOML (config/toml_reader.hpp says what of it is
/// taken) of at most 1 MiB; a pipe will do. Blocks. Throws config_error that
/// names the file and, but for a file that cannot be read at all, the line; it
/// never repeats a value, which may be a secret.
std::vector<assignment> read_config_file(const std::string& path);

} // namespace avatar::config
