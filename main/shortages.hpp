#pragma once

#include <cstddef>
#include <exception>
#include <string>

/// What the program does where the system lacks something that it needs.
namespace avatar {

/// Has an exception that nobody catches, in whatever thread, end the process with one line on
/// standard error and the exit code of a failed run, its temporary files removed; and a file
/// that grows beyond its limit fail the write, not the process.
void prepare_for_shortages();

/// What a subcommand takes besides what each connection does.
struct needs {
    std::size_t threads = 0;
    std::size_t descriptors = 0;
    std::size_t bytes = 0; ///< Of memory.
};

/// Throws config::config_error unless all that can be had now; gives it back. Who finds out
/// later ends in the middle of its work.
void check_needs(const needs& what);

/// The exception in one line: what the system lacks, and which limit that is; else what it
/// says itself.
std::string in_one_line(const std::exception& e);

/// One line on standard error where there is no log yet. Allocates nothing.
void say_without_log(const char* text) noexcept;

} // namespace avatar
