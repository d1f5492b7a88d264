#pragma once

#include "config/sources.hpp"

/// The program's subcommands, one file each.
namespace avatar {

class program_log;

/// What the process tells the shell.
enum exit_code : int {
    all_requests_ok = 0,
    some_requests_failed = 1, ///< Or a figure of the report could not be written.
    bad_configuration = 2,
    no_connection = 3,
    requests_lost = 4, ///< Not every request had exactly one result: a bug of ours.
};

/// `avatar-pool run`: opens the pool, runs the rounds, prints the report.
/// Throws one of the libraries' errors for what is wrong before the first
/// connection is opened.
int run(const config::command& command, program_log& log);

/// `avatar-pool emulator`: serves until SIGINT or SIGTERM. Throws likewise.
int emulate(const config::settings& settings, program_log& log);

} // namespace avatar
