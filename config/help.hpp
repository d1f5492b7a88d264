#pragma once

#include <string>

namespace avatar::config {

/// What `--help` prints: subcommands, every option by group with its default
/// and environment variable, and the exit codes. At most 100 columns.
std::string help_text();

} // namespace avatar::config
