#include "report/run_figures.hpp"

#include <algorithm>

namespace avatar::report {

void run_figures::add(const audio_result& result) {
    if (result.ok())
        add_success(result);
    else if (result.interrupted())
        ++report_.interrupted_requests;
    else
        add_failure(result.failure);
}

void run_figures::add_success(const audio_result& result) {
    ++report_.ok;
    report_.frames += result.frames;
    report_.bytes += result.bytes;
    request_duration_.record(result.duration);
    wait_for_connection_.record(result.waited);
    service_time_.record(result.served);
    pool_overhead_.record(result.duration - result.served);
    // Zero says that no frame came: with an egress they go elsewhere.
    if (result.first_frame > nanoseconds(0)) {
        time_to_first_frame_.record(result.first_frame);
        if (result.streamed)
            first_frame_after_last_audio_.record(result.first_frame_after_last);
    }
    usage_.add(result.connection_id);
}

void run_figures::add_failure(const protocol::failure& failure) {
    ++report_.failed;
    const auto known =
        std::find_if(report_.failures.begin(), report_.failures.end(),
                     [&](const failure_count& other) { return other.sample.code == failure.code; });
    if (known == report_.failures.end())
        report_.failures.push_back({.sample = failure, .count = 1});
    else
        ++known->count;
}

void run_figures::add(const round_finished& round) {
    report_.rounds.push_back({.round = round.round,
                              .started_at = round.started_at,
                              .duration = round.duration,
                              .ok = round.ok,
                              .failed = round.failed,
                              .interrupted = round.interrupted});
    report_.duration = std::max(report_.duration, round.started_at + round.duration);
}

void run_figures::add(const pool_status& pool) {
    report_.pool = pool;
}

void run_figures::finish(const rounds_finished& end) {
    report_.duration = end.duration;
    report_.interrupted = end.interrupted;
}

run_report run_figures::snapshot() const {
    auto report = report_;
    report.request_duration = request_duration_.summary();
    report.time_to_first_frame = time_to_first_frame_.summary();
    report.first_frame_after_last_audio = first_frame_after_last_audio_.summary();
    report.wait_for_connection = wait_for_connection_.summary();
    report.service_time = service_time_.summary();
    report.pool_overhead = pool_overhead_.summary();
    report.usage = usage_.listed();
    report.usage_unshown = usage_.spread_after(shown_connections);
    report.usage_unlisted = usage_.spread_after(listed_connections);
    // Stable: equally frequent ones stay in order of appearance.
    std::stable_sort(
        report.failures.begin(), report.failures.end(),
        [](const failure_count& a, const failure_count& b) { return a.count > b.count; });
    return report;
}

} // namespace avatar::report
