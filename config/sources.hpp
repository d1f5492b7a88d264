#pragma once

#include "settings.hpp"

#include <functional>
#include <optional>
#include <string>

/// From what a user wrote to settings. Defaults give way to the config file,
/// that to the environment, that to the command line.
namespace avatar::config {

/// What the user asks the program to do.
struct command {
    enum class kind { run, worker, emulator, print };

    kind what = kind::run;
    settings values;                ///< Of all but print.
    bool embedded_emulator = false; ///< `run --emulator`.
    std::string text;               ///< Of print: what to print.
};

/// Puts what a config file says into settings, each value checked by itself.
/// Blocks while it reads the file. Throws config_error.
void apply_file(const std::string& path, settings& to);

/// The settings of an application that links the pool: the defaults, what the config file
/// says (none where the path is empty), and over that this process's environment. Each value
/// is checked by itself; whether what a pool needs is there, when one is made. Throws
/// config_error.
settings read_settings(const std::string& config_file = {});

/// Looks up an environment variable; nothing where it is not set.
using environment_lookup = std::function<std::optional<std::string>(const std::string&)>;

/// That of this process.
std::optional<std::string> process_environment(const std::string& name);

/// Reads all sources. `argv[0]` is the program. Every value given is checked,
/// also one that a later source replaces; whether what a run needs is there is
/// left to config/checks.hpp. Blocks while it reads the config file. Throws
/// config_error.
command read_command(int argc, const char* const* argv, const environment_lookup& environment);

} // namespace avatar::config
