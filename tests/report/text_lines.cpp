// Which lines the text report has, and when.
#define CAF_SUITE text_lines

#include "tests/report/written_text.hpp"
#include "tests/support/dsl.hpp"

#include <sstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace avatar::tests;
using avatar::protocol::failure_code;

namespace {

std::string statistics(const avatar::pool_status& pool) {
    return text_of([&](auto& out) { avatar::report::write_pool_statistics(out, pool); });
}

avatar::protocol::failure failure_of(failure_code code, std::string detail) {
    avatar::protocol::failure failure;
    failure.code = code;
    failure.detail = std::move(detail);
    return failure;
}

} // namespace

CAF_TEST(a_pool_tells_each_trouble_from_its_first_on_and_no_other) {
    const std::string front = "\nFinal Pool Statistics:\n"
                              "  Total requests served: 0\n"
                              "  Connections in pool: 0\n";
    CAF_CHECK_EQUAL(statistics({}), front);
    avatar::pool_status pool;
    pool.retried = 1;
    CAF_CHECK_EQUAL(statistics(pool), front + "  Requests sent to another connection: 1\n");
    pool = {};
    pool.replaced = 1;
    CAF_CHECK_EQUAL(statistics(pool), front + "  Connections lost and replaced: 1\n");
    pool = {};
    pool.renewed = 1;
    CAF_CHECK_EQUAL(statistics(pool),
                    front + "  Connections renewed before their token expired: 1\n");
    pool = {};
    pool.longest_below_size = 1ns;
    CAF_CHECK_EQUAL(statistics(pool), front + "  Longest time below full size: 0.0s\n");
}

CAF_TEST(a_pool_tells_all_its_troubles_in_order) {
    avatar::pool_status pool;
    pool.served = 9;
    pool.retried = 2;
    pool.replaced = 3;
    pool.renewed = 4;
    pool.crashed = 5;
    pool.longest_below_size = 65'250ms;
    CAF_CHECK_EQUAL(statistics(pool), "\nFinal Pool Statistics:\n"
                                      "  Total requests served: 9\n"
                                      "  Connections in pool: 0\n"
                                      "  Requests sent to another connection: 2\n"
                                      "  Connections lost and replaced: 3\n"
                                      "  Connections renewed before their token expired: 4\n"
                                      "  Longest time below full size: 65.2s\n");
}

CAF_TEST(one_interrupted_request_is_told_wherever_interrupted_ones_are) {
    avatar::run_report report;
    report.ok = 2;
    report.failed = 1;
    report.interrupted_requests = 1;
    report.rounds.assign(51, {1, 0s, 400ms, 1, 0, 0});
    report.rounds[50] = {51, 0s, 600ms, 2, 3, 1};
    const auto text = summary(report);
    CAF_CHECK(contains(text, "  Total requests: 4\n"
                             "  Successful: 2 (50.0%)\n"
                             "  Failed: 1 (25.0%)\n"
                             "  Interrupted: 1 (25.0%)\n"));
    CAF_CHECK(contains(text, "OK     FAIL   INTERRUPTED\n"
                             "  ------ ---------- -------------- ------ ------ -----------\n"
                             "  1      0.0        400.0          1      0      0\n"));
    CAF_CHECK(text.ends_with("  ... and 1 more: 600.0ms to 600.0ms, median 600.0ms, 2 OK, 3 "
                             "FAILED, 1 INTERRUPTED\n"));
    const avatar::round_finished round{1, 0s, 1500ms, 2, 0, 1, {}, 0, 30s, true};
    CAF_CHECK_EQUAL(written(round), "  Completed: 2 OK, 0 FAILED, 1 INTERRUPTED in 1500.0ms\n");
}

CAF_TEST(one_error_left_out_is_counted_too) {
    const avatar::round_finished round{1, 0s, 1500ms, 2, 2, 0, {"only"}, 1, 90s, false};
    CAF_CHECK_EQUAL(written(round), "  Completed: 2 OK, 2 FAILED in 1500.0ms\n"
                                    "    ERROR: only\n"
                                    "    ... and 1 more\n"
                                    "  Waiting 90s until next round...\n");
}

CAF_TEST(the_expected_duration_is_the_pauses_and_the_arrivals) {
    const auto expected = [](std::uint64_t rounds, auto interval, auto arrivals) {
        return written(avatar::rounds_started{rounds, 5, interval, 3, arrivals});
    };
    CAF_CHECK(contains(expected(4, 2min, 0s), "Expected total duration: ~6.0 minutes\n"));
    CAF_CHECK(contains(expected(4, 0s, 3min), "Expected total duration: ~12.0 minutes\n"));
    CAF_CHECK(contains(expected(4, 2min, 3min), "Expected total duration: ~18.0 minutes\n"));
    CAF_CHECK(contains(expected(2, 90s, 0s), "Expected total duration: ~1.5 minutes\n"));
    CAF_CHECK(contains(expected(1, 2min, 3min), "Expected total duration: ~3.0 minutes\n"));
    CAF_CHECK(contains(expected(0, 2min, 3min), "Expected total duration: ~0.0 minutes\n"));
}

CAF_TEST(each_figure_of_an_event_stands_in_its_place) {
    CAF_CHECK_EQUAL(written(avatar::pool_opening{7}),
                    "Initializing connection pool with 7 connections...\n");
    CAF_CHECK_EQUAL(written(avatar::pool_opened{2, 7, {}, false}),
                    "Pool initialized with 2/7 connections\n");
    CAF_CHECK_EQUAL(written(avatar::round_started{3, 9, 61'500ms, 4, 6}),
                    "\n[Round 3/9] (elapsed: 61.5s, pool: 4/6 available)\n");
    const auto plan = written(avatar::rounds_started{9, 5, 90s, 3});
    CAF_CHECK(contains(plan, "Rounds: 9\nRequests per round: 5\nInterval between rounds: 90s\n"));
    CAF_CHECK(contains(plan, "Pool size: 3 connections\n"));
}

CAF_TEST(further_connections_are_told_in_one_line_and_their_failures_by_reason) {
    CAF_CHECK_EQUAL(text_of([](auto& out) { avatar::report::write_opened_connections(out, 480); }),
                    "  ... and 480 more OK\n");
    const auto timeout = failure_of(failure_code::connection_failed, "timed out");
    const auto refused = failure_of(failure_code::connection_failed, "refused");
    CAF_CHECK_EQUAL(
        text_of([&](auto& out) {
            avatar::report::write_failed_connections(out, 5, {{timeout, 4}, {refused, 21}});
        }),
        "  ... and 5 more FAILED; all by reason:\n"
        "    4 \u00d7 " +
            avatar::protocol::describe(timeout) + "\n    21 \u00d7 " +
            avatar::protocol::describe(refused) + "\n");
}

CAF_TEST(one_request_has_a_performance_with_each_figure_in_its_line) {
    avatar::run_report report;
    report.ok = 1;
    report.frames = 25;
    report.request_duration = {1, 1ms, 2ms, 3ms, 4ms, 5ms, 6ms};
    report.time_to_first_frame = {1, 7ms, 8ms, 9ms, 10ms, 11ms, 12ms};
    report.first_frame_after_last_audio = {1, 13ms, 14ms, 15ms, 16ms, 17ms, 18250us};
    report.usage = {{"only", 1}};
    CAF_CHECK(contains(summary(report), "  Total requests: 1\n"
                                        "  Successful: 1 (100.0%)\n"
                                        "  Failed: 0 (0.0%)\n"
                                        "\n"
                                        "Request Performance:\n"
                                        "  Avg duration: 1.00ms\n"
                                        "  Min duration: 2.00ms\n"
                                        "  Max duration: 3.00ms\n"
                                        "  Avg frames: 25.0\n"
                                        "  p50 duration: 4.00ms\n"
                                        "  p95 duration: 5.00ms\n"
                                        "  p99 duration: 6.00ms\n"
                                        "  Avg time to first frame: 7.00ms\n"
                                        "  p50 time to first frame: 10.00ms\n"
                                        "  p95 time to first frame: 11.00ms\n"
                                        "  p99 time to first frame: 12.00ms\n"
                                        "  Avg time from last audio to first frame: 13.00ms\n"
                                        "  p50 time from last audio to first frame: 16.00ms\n"
                                        "  p95 time from last audio to first frame: 17.00ms\n"
                                        "  p99 time from last audio to first frame: 18.25ms\n"
                                        "\n"
                                        "Per-Round Breakdown:\n"));
    CAF_CHECK(summary(report).ends_with("Connection Usage Distribution:\n"
                                        "  only: 1 requests (100.0%)\n"));
}

CAF_TEST(a_spread_does_not_depend_on_the_order) {
    avatar::run_report report;
    report.rounds.assign(50, {1, 0s, 1ms, 1, 0, 0});
    for (const auto duration : {400ms, 100ms, 300ms, 200ms})
        report.rounds.push_back({51, 0s, duration, 1, 0, 0});
    CAF_CHECK(contains(summary(report), "  ... and 4 more: 100.0ms to 400.0ms, median 200.0ms, "
                                        "4 OK, 0 FAILED\n"));
    avatar::pool_status pool;
    pool.connections.assign(20, {"shown", 1, 1s});
    for (const std::uint64_t requests : {5, 9, 1})
        pool.connections.push_back({"other", requests, std::chrono::seconds(20 - requests)});
    CAF_CHECK(statistics(pool).ends_with("  ... and 3 more: 1 to 9 requests, median 5, age: 11.0s "
                                         "to 19.0s, median 15.0s\n"));
}

CAF_TEST(one_connection_that_is_not_shown_is_told) {
    avatar::run_report report;
    report.ok = 100;
    report.usage.assign(21, {"c", 4});
    report.usage_unshown = {1, 20, 20, 20, 20};
    const auto text = summary(report);
    CAF_CHECK(contains(text, "  21 connections, 100 requests\n"));
    CAF_CHECK(text.ends_with("  ... and 1 more: 20 to 20 requests, median 20 (20.0%)\n"));
}

CAF_TEST(the_end_tells_seconds_and_minutes) {
    CAF_CHECK_EQUAL(written(avatar::rounds_finished{150s, false, {}}),
                    "\n"
                    "============================================================\n"
                    "MULTI-ROUND TEST COMPLETE\n"
                    "Total duration: 150.0s (2.5 minutes)\n"
                    "============================================================\n");
}
