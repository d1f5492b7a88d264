#pragma once

#include "../messages/audio.hpp"
#include "../messages/request_figures.hpp"
#include "../messages/rounds.hpp"
#include "../messages/run_report.hpp"
#include "duration_histogram.hpp"
#include "usage_table.hpp"

#include <cstdint>
#include <vector>

namespace avatar::report {

/// Folds what happens in a run into its report. Memory grows with the rounds
/// of the plan and the kinds of failure, and up to a bound with the connections, not
/// with the number of requests. About 150 KB of it is seven histograms held inside.
///
/// The requests of several nodes are merged into one report: it is, bit for bit, that of one
/// process which was given all results. Where the order of results matters (which failure of
/// a code is the sample, in which order connections and equally frequent failures stand),
/// those of the nodes count as if they had come in turn, see `stands_before`.
class run_figures {
public:
    /// Counts one request. Durations and frames of failed ones stay out of the
    /// averages and percentiles.
    void add(const audio_result& result);

    /// Appends one row to the per-round breakdown.
    void add(const round_finished& round);

    /// Keeps the latest state of the pool for the report.
    void add(const pool_status& pool);

    /// Sets the run's total duration, what it had planned, and whether it ended early.
    void finish(const rounds_finished& end);

    /// The report so far. Before finish() its duration reaches to the end of
    /// the last finished round.
    run_report snapshot() const;

    /// All that was added of requests so far, and merged, for another node to merge. Texts
    /// of the service are shortened to the bounds of the message.
    request_figures requests() const;

    /// Adds the requests of another node. The order of merges, and of merging and adding,
    /// makes no difference. Those of one node are merged once: what it tells later has all
    /// that it told before. Throws std::invalid_argument, and changes nothing, when `others`
    /// are not acceptable; what arrived in a message is.
    void merge(const request_figures& others);

private:
    void add_success(const audio_result& result);
    void add_failure(const protocol::failure& failure);
    void merge(const failure_figures& others);

    // All that needs no folding, in its final form.
    run_report report_;
    std::vector<failure_figures> failures_; // One for each code.
    std::uint64_t added_failures_ = 0;      // Without the merged ones.
    usage_table usage_;
    duration_histogram request_duration_;
    duration_histogram time_to_first_frame_;
    duration_histogram first_frame_after_last_audio_;
    duration_histogram wait_for_connection_;
    duration_histogram service_time_;
    duration_histogram pool_overhead_;
};

} // namespace avatar::report
