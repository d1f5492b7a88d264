#pragma once

#include "config/assignment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace avatar::config {

/// The command line taken apart.
struct command_line {
    bool help = false;                      ///< `--help`: nothing else of the line matters.
    bool version = false;                   ///< `--version`: the same.
    bool run = false;                       ///< `run`; otherwise `emulator`.
    bool embedded_emulator = false;         ///< `--emulator`.
    std::optional<std::string> config_file; ///< `--config=FILE`, the last one given.
    std::vector<assignment> values;         ///< In the order in which they apply.
};

/// Takes a command line apart. Options stand before or after the subcommand,
/// as `--key=value` or `--key value`; a value that starts with `--` needs the
/// first form. Throws config_error: no or two subcommands, stray arguments,
/// unknown options, missing values, a secret.
command_line read_command_line(int argc, const char* const* argv);

} // namespace avatar::config
