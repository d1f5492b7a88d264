#pragma once

#include "config/exit_codes.hpp"
#include "config/sources.hpp"

/// The program's subcommands, one file each.
namespace avatar {

class extensions;
class program_log;

using enum config::exit_code;

/// `avatar-pool run`: opens the pool, runs the rounds, prints the report.
/// Throws one of the libraries' errors for what is wrong before the first
/// connection is opened.
int run(const config::command& command, const extensions& with, program_log& log);

/// `avatar-pool worker`: drives what coordinators give it, until SIGINT or SIGTERM. Throws
/// likewise.
int work(const config::settings& settings, const extensions& with, program_log& log);

/// `avatar-pool emulator`: serves until SIGINT or SIGTERM. Throws likewise.
int emulate(const config::settings& settings, program_log& log);

} // namespace avatar
