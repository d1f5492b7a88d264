#pragma once

#include "config/assignment.hpp"
#include "config/usage.hpp"

#include <optional>
#include <string>
#include <vector>

namespace avatar::config {

/// The command line taken apart.
struct command_line {
    bool help = false;    ///< `--help`: nothing else of the line matters.
    bool version = false; ///< `--version`: the same.
    subcommand what = subcommand::run;
    std::string argument;                   ///< Of the subcommand: the shell of `completion`.
    bool embedded_emulator = false;         ///< `--emulator`.
    std::optional<std::string> config_file; ///< `--config=FILE`, the last one given.
    std::vector<assignment> values;         ///< In the order in which they apply.
};

/// Takes a command line apart. Options stand before or after the subcommand,
/// as `--key=value` or `--key value`; a value that starts with `--` needs the
/// first form. Throws config_error: no or two subcommands, a subcommand without
/// its argument, stray arguments, unknown options, missing values, a secret, an
/// option of other subcommands.
command_line read_command_line(int argc, const char* const* argv);

} // namespace avatar::config
