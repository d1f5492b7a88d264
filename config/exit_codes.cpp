#include "config/exit_codes.hpp"

namespace avatar::config {

const std::vector<exit_meaning>& exit_meanings() {
    static const std::vector<exit_meaning> all = {
        {all_requests_ok, "all requests succeeded, or were interrupted as the run asked"},
        {some_requests_failed, "some requests failed, a report or other output could not be "
                               "written, an actor of the run ended early, or one of its nodes "
                               "was unavailable; of a worker: it did not end in an orderly way"},
        {bad_configuration, "the configuration cannot be used"},
        {no_connection, "no connection could be opened"},
        {requests_lost, "requests were lost or answered twice: a bug of avatar-pool"},
    };
    return all;
}

} // namespace avatar::config
