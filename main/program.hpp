#pragma once

#include "extensions.hpp"

namespace avatar {

/// The whole program: all subcommands and options, and what `with` adds to them. To be called
/// from main, once in a process. Gives what the process tells the shell; exceptions are told
/// on standard error.
int run_program(int argc, const char* const* argv, const extensions& with = {});

} // namespace avatar
