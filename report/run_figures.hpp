#pragma once

#include "../messages/audio.hpp"
#include "../messages/rounds.hpp"
#include "../messages/run_report.hpp"
#include "duration_histogram.hpp"
#include "usage_table.hpp"

namespace avatar::report {

/// Folds what happens in a run into its report. Memory grows with the rounds
/// of the plan and the kinds of failure, and up to a bound with the connections, not
/// with the number of requests. About 150 KB of it is seven histograms held inside.
class run_figures {
public:
    /// Counts one request. Durations and frames of failed ones stay out of the
    /// averages and percentiles.
    void add(const audio_result& result);

    /// Appends one row to the per-round breakdown.
    void add(const round_finished& round);

    /// Keeps the latest state of the pool for the report.
    void add(const pool_status& pool);

    /// Sets the run's total duration and whether it ended early.
    void finish(const rounds_finished& end);

    /// The report so far. Before finish() its duration reaches to the end of
    /// the last finished round.
    run_report snapshot() const;

private:
    void add_success(const audio_result& result);
    void add_failure(const protocol::failure& failure);

    // All that needs no folding, in its final form.
    run_report report_;
    usage_table usage_;
    duration_histogram request_duration_;
    duration_histogram time_to_first_frame_;
    duration_histogram first_frame_after_last_audio_;
    duration_histogram wait_for_connection_;
    duration_histogram service_time_;
    duration_histogram pool_overhead_;
};

} // namespace avatar::report
