#include "config/exit_codes.hpp"

namespace avatar::config {

const std::vector<exit_meaning>& exit_meanings() {
    static const std::vector<exit_meaning> all = {
        {all_requests_ok, "all requests succeeded, or were interrupted as the run asked"},
        {some_requests_failed, "some requests failed, a report or other output could not be "
                               "written, the system lacked something that could not be known "
                               "before, an actor of the run ended early, or one of its nodes "
                               "was unavailable; of a worker: it did not end in an orderly way"},
        {bad_configuration, "the configuration cannot be used, or the system lacks memory, threads "
                            "or descriptors that it needs"},
        {no_connection, "no connection could be opened"},
        {requests_lost, "requests were lost or answered twice: a bug of avatar-pool"},
        {run_interrupted, "the run was interrupted, by Ctrl-C, SIGTERM or SIGHUP, before all its "
                          "requests were done; none of those that were failed"},
        {left_at_once, "a second signal, a second or more after the first, made the program "
                       "leave at once"},
    };
    return all;
}

} // namespace avatar::config
