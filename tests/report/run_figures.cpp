#define CAF_SUITE run_figures

#include "report/run_figures.hpp"

#include "caf/test/dsl.hpp"

using avatar::audio_result;
using avatar::nanoseconds;
using avatar::protocol::failure_code;
using avatar::report::run_figures;
using namespace std::chrono_literals;

namespace {

audio_result success(std::string connection, nanoseconds duration) {
    audio_result result;
    result.connection_id = std::move(connection);
    result.duration = duration;
    result.first_frame = duration / 4;
    result.waited = duration / 10;
    result.served = duration / 5;
    result.frames = 10;
    result.bytes = 1000;
    return result;
}

audio_result failed(failure_code code, std::string detail) {
    auto result = success("conn-failed", 45s);
    result.failure.code = code;
    result.failure.detail = std::move(detail);
    return result;
}

} // namespace

CAF_TEST(a_run_without_requests_is_all_zero) {
    const auto report = run_figures().snapshot();
    CAF_CHECK_EQUAL(report.ok, 0u);
    CAF_CHECK_EQUAL(report.failed, 0u);
    CAF_CHECK_EQUAL(report.duration.count(), 0);
    CAF_CHECK_EQUAL(report.request_duration.count, 0u);
    CAF_CHECK(report.rounds.empty());
    CAF_CHECK(report.usage.empty());
    CAF_CHECK(report.failures.empty());
    CAF_CHECK(!report.interrupted);
}

CAF_TEST(successes_are_averaged) {
    run_figures figures;
    figures.add(success("a", 100ms));
    figures.add(success("a", 300ms));
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.ok, 2u);
    CAF_CHECK_EQUAL(report.frames, 20u);
    CAF_CHECK_EQUAL(report.bytes, 2000u);
    CAF_CHECK_EQUAL(report.request_duration.mean.count(), nanoseconds(200ms).count());
    CAF_CHECK_EQUAL(report.request_duration.min.count(), nanoseconds(100ms).count());
    CAF_CHECK_EQUAL(report.request_duration.max.count(), nanoseconds(300ms).count());
    CAF_CHECK_EQUAL(report.time_to_first_frame.mean.count(), nanoseconds(50ms).count());
    CAF_CHECK_EQUAL(report.wait_for_connection.mean.count(), nanoseconds(20ms).count());
    CAF_CHECK_EQUAL(report.service_time.mean.count(), nanoseconds(40ms).count());
    CAF_CHECK_EQUAL(report.pool_overhead.mean.count(), nanoseconds(160ms).count());
}

CAF_TEST(failures_stay_out_of_averages_frames_and_usage) {
    run_figures figures;
    figures.add(success("a", 100ms));
    figures.add(failed(failure_code::request_timeout, "slow"));
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.ok, 1u);
    CAF_CHECK_EQUAL(report.failed, 1u);
    CAF_CHECK_EQUAL(report.frames, 10u);
    CAF_CHECK_EQUAL(report.bytes, 1000u);
    CAF_CHECK_EQUAL(report.request_duration.count, 1u);
    CAF_CHECK_EQUAL(report.request_duration.max.count(), nanoseconds(100ms).count());
    CAF_CHECK_EQUAL(report.time_to_first_frame.count, 1u);
    CAF_CHECK_EQUAL(report.wait_for_connection.count, 1u);
    CAF_REQUIRE_EQUAL(report.usage.size(), 1u);
    CAF_CHECK_EQUAL(report.usage[0].connection_id, "a");
}

CAF_TEST(a_success_without_frames_has_no_time_to_first_frame) {
    run_figures figures;
    auto result = success("a", 100ms);
    result.frames = 0;
    result.first_frame = 0ns;
    figures.add(result);
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.request_duration.count, 1u);
    CAF_CHECK_EQUAL(report.time_to_first_frame.count, 0u);
}

CAF_TEST(a_first_frame_after_the_shortest_time_is_one) {
    run_figures figures;
    auto result = success("a", 100ms);
    result.first_frame = 1ns;
    figures.add(result);
    CAF_CHECK_EQUAL(figures.snapshot().time_to_first_frame.count, 1u);
    CAF_CHECK_EQUAL(figures.snapshot().time_to_first_frame.max.count(), 1);
}

CAF_TEST(a_failure_or_an_interruption_counts_in_no_distribution) {
    run_figures figures;
    auto bad = failed(failure_code::request_timeout, "slow");
    bad.streamed = true;
    bad.first_frame_after_last = 1ms;
    figures.add(bad);
    bad.failure.code = failure_code::request_interrupted;
    figures.add(bad);
    const auto report = figures.snapshot();
    for (const auto& summary :
         {report.request_duration, report.time_to_first_frame, report.first_frame_after_last_audio,
          report.wait_for_connection, report.service_time, report.pool_overhead})
        CAF_CHECK_EQUAL(summary.count, 0u);
    CAF_CHECK_EQUAL(report.failed, 1u);
    CAF_CHECK_EQUAL(report.interrupted_requests, 1u);
    CAF_CHECK_EQUAL(report.frames + report.bytes + report.ok, 0u);
    CAF_CHECK(report.usage.empty());
}

CAF_TEST(the_duration_of_an_unfinished_run_reaches_to_the_latest_end) {
    run_figures figures;
    figures.add(avatar::round_finished{1, 10s, 50s, 1, 0, 0, {}, 0, 0s, false});
    figures.add(avatar::round_finished{2, 20s, 30s, 1, 0, 0, {}, 0, 0s, false});
    CAF_CHECK_EQUAL(figures.snapshot().duration.count(), nanoseconds(60s).count());
    CAF_CHECK_EQUAL(figures.snapshot().rounds[0].started_at.count(), nanoseconds(10s).count());
}

CAF_TEST(failures_are_counted_by_code_with_the_first_as_sample) {
    run_figures figures;
    figures.add(failed(failure_code::connection_closed, "first closed"));
    figures.add(failed(failure_code::borrow_timeout, "first borrow"));
    figures.add(failed(failure_code::request_timeout, "first timeout"));
    figures.add(failed(failure_code::request_timeout, "second timeout"));
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.failed, 4u);
    CAF_REQUIRE_EQUAL(report.failures.size(), 3u);
    CAF_CHECK_EQUAL(report.failures[0].sample.detail, "first timeout");
    CAF_CHECK_EQUAL(report.failures[0].count, 2u);
    // As frequent as each other: in order of appearance.
    CAF_CHECK_EQUAL(report.failures[1].sample.detail, "first closed");
    CAF_CHECK_EQUAL(report.failures[2].sample.detail, "first borrow");
}

CAF_TEST(usage_counts_each_connection_in_order_of_its_first_success) {
    run_figures figures;
    for (const char* connection : {"b", "a", "b", "c", "b"})
        figures.add(success(connection, 1ms));
    const auto report = figures.snapshot();
    CAF_REQUIRE_EQUAL(report.usage.size(), 3u);
    CAF_CHECK_EQUAL(report.usage[0].connection_id, "b");
    CAF_CHECK_EQUAL(report.usage[0].requests, 3u);
    CAF_CHECK_EQUAL(report.usage[1].connection_id, "a");
    CAF_CHECK_EQUAL(report.usage[1].requests, 1u);
    CAF_CHECK_EQUAL(report.usage[2].connection_id, "c");
}

CAF_TEST(interrupted_requests_are_neither_ok_nor_failed) {
    run_figures figures;
    avatar::audio_result result;
    result.failure.code = avatar::protocol::failure_code::request_interrupted;
    result.duration = 5s;
    figures.add(result);
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.ok, 0u);
    CAF_CHECK_EQUAL(report.failed, 0u);
    CAF_CHECK_EQUAL(report.interrupted_requests, 1u);
    CAF_CHECK_EQUAL(report.failures.size(), 0u);
    CAF_CHECK_EQUAL(report.request_duration.count, 0u);
}

CAF_TEST(the_time_from_the_last_audio_is_told_of_streamed_clips) {
    run_figures figures;
    avatar::audio_result result;
    result.first_frame = 800ms;
    result.first_frame_after_last = 200ms;
    figures.add(result);
    CAF_CHECK_EQUAL(figures.snapshot().first_frame_after_last_audio.count, 0u);
    result.streamed = true;
    figures.add(result);
    result.first_frame_after_last = 0ms; // The frame came before the last audio.
    figures.add(result);
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.time_to_first_frame.count, 3u);
    CAF_CHECK_EQUAL(report.first_frame_after_last_audio.count, 2u);
    CAF_CHECK_EQUAL(report.first_frame_after_last_audio.mean.count(), nanoseconds(100ms).count());
}

CAF_TEST(rounds_become_rows_and_the_duration_reaches_to_the_last) {
    run_figures figures;
    figures.add(avatar::round_finished{1, 0s, 2500ms, 5, 0, 0, {}, 0, 30s, false});
    figures.add(avatar::round_finished{2, 32500ms, 2400ms, 3, 2, 4, {"x", "y"}, 2, 30s, false});
    const auto report = figures.snapshot();
    CAF_REQUIRE_EQUAL(report.rounds.size(), 2u);
    CAF_CHECK_EQUAL(report.rounds[1].round, 2u);
    CAF_CHECK_EQUAL(report.rounds[1].started_at.count(), nanoseconds(32500ms).count());
    CAF_CHECK_EQUAL(report.rounds[1].duration.count(), nanoseconds(2400ms).count());
    CAF_CHECK_EQUAL(report.rounds[1].ok, 3u);
    CAF_CHECK_EQUAL(report.rounds[1].failed, 2u);
    CAF_CHECK_EQUAL(report.rounds[1].interrupted, 4u);
    CAF_CHECK_EQUAL(report.duration.count(), nanoseconds(34900ms).count());
}

CAF_TEST(the_end_of_the_run_sets_duration_and_interruption) {
    run_figures figures;
    figures.add(avatar::round_finished{1, 0s, 2s, 1, 0, 0, {}, 0, 0s, true});
    figures.finish({.duration = 2100ms, .interrupted = true});
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.duration.count(), nanoseconds(2100ms).count());
    CAF_CHECK(report.interrupted);
}

CAF_TEST(the_latest_state_of_the_pool_is_reported) {
    run_figures figures;
    avatar::pool_status pool;
    pool.served = 1;
    figures.add(pool);
    pool.served = 7;
    pool.requests.entered = 9;
    pool.requests.open = 2; // Requests without a result are to be seen.
    figures.add(pool);
    const auto report = figures.snapshot();
    CAF_CHECK_EQUAL(report.pool.served, 7u);
    CAF_CHECK_EQUAL(report.pool.requests.entered, 9u);
    CAF_CHECK_EQUAL(report.pool.requests.open, 2u);
}

CAF_TEST(a_snapshot_can_be_taken_in_between) {
    run_figures figures;
    figures.add(success("a", 100ms));
    CAF_CHECK_EQUAL(figures.snapshot().ok, 1u);
    figures.add(success("a", 100ms));
    CAF_CHECK_EQUAL(figures.snapshot().ok, 2u);
}
