#pragma once

#include <string_view>
#include <vector>

namespace avatar::config {

/// What the process tells the shell.
enum exit_code : int {
    all_requests_ok = 0,
    some_requests_failed = 1, ///< Or a figure of the report could not be written.
    bad_configuration = 2,
    no_connection = 3,
    requests_lost = 4, ///< Not every request had exactly one result: a bug of ours.
    run_interrupted = 5,
    left_at_once = 130, ///< As shells have it of a process that SIGINT has ended.
};

/// An exit code for the user.
struct exit_meaning {
    exit_code code;
    std::string_view meaning; ///< A sentence without its full stop, in small letters.
};

/// Every exit code once, in ascending order.
const std::vector<exit_meaning>& exit_meanings();

} // namespace avatar::config
