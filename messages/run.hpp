#pragma once

#include "inspection.hpp"
#include "rounds.hpp"
#include "run_report.hpp"

#include <cstdint>
#include <string>

/// What the run supervisor is asked, and what it answers.
namespace avatar {

/// Asks to play the run, from the first connection to the last line of the report.
/// Answered by `run_outcome`; the supervisor ends then.
struct play_run {
    /// Why there are no rounds to play, only to report on: the former supervisor of
    /// this run ended, and this is its reason. Empty: play them.
    std::string only_report;

    template <class Inspector>
    friend auto inspect(Inspector& f, play_run& x) {
        return inspect_fields(f, x.only_report);
    }
};

/// The user ends the run. The first time what is under way may end, as long as the pool's drain
/// timeout allows.
struct stop_run {
    bool at_once = false; ///< Told again: the outcome comes within a second, with what there is.

    template <class Inspector>
    friend auto inspect(Inspector& f, stop_run& x) {
        return inspect_fields(f, x.at_once);
    }
};

/// A run supervisor's own timer: it was to end at once, and has had its time.
struct run_overdue {
    template <class Inspector>
    friend auto inspect(Inspector& f, run_overdue&) {
        return f();
    }
};

/// How a run went.
struct run_outcome {
    pool_opened opened;
    bool has_report = false; ///< False: no round could begin, for want of a connection.
    run_report report;       ///< In that case of the pool alone.
    /// Why the run ended before its plan was carried out; empty: it was, or somebody
    /// stopped it.
    std::string ended_early;
    bool complete = true; ///< No actor was lost before it had told its figures.
    bool written = false; ///< The console wrote all it was told.
    bool left = false;    ///< It was ended at once: connections are still open.

    template <class Inspector>
    friend auto inspect(Inspector& f, run_outcome& x) {
        return inspect_fields(f, x.opened, x.has_report, x.report, x.ended_early, x.complete,
                              x.written, x.left);
    }
};

} // namespace avatar
