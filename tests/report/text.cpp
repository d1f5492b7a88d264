#define CAF_SUITE text

#include "caf/test/dsl.hpp"
#include "tests/report/written_text.hpp"

#include <sstream>
#include <string>

using avatar::protocol::failure_code;
using namespace std::chrono_literals;
using namespace avatar::tests;

namespace {

const std::string long_id = "0123456789abcdefghijklmnop";
const std::string cut_id = "0123456789abcdefghij...";

} // namespace

CAF_TEST(a_failed_connection_says_why) {
    avatar::connection_tried event;
    event.slot = 7;
    event.failure.code = failure_code::session_token_invalid;
    event.failure.http_status = 400;
    event.failure.detail = "Invalid session token";
    CAF_CHECK_EQUAL(written(event),
                    "  Connection 7: FAILED - " + avatar::protocol::describe(event.failure) + "\n");
    CAF_CHECK(contains(written(event), "Invalid session token"));
}

CAF_TEST(a_connection_id_is_whole_where_the_line_has_room) {
    const std::string begin = "  Connection 0: OK (connection_id=";
    for (const auto& id : {long_id, std::string(80 - begin.size() - 1, 'x')})
        CAF_CHECK_EQUAL(written(avatar::connection_tried{0, id, {}}), begin + id + ")\n");
    CAF_CHECK_EQUAL(written(avatar::connection_tried{0, long_id + std::string(20, 'x'), {}}),
                    begin + cut_id + ")\n");
}

CAF_TEST(a_round_lists_its_errors_and_counts_those_left_out) {
    avatar::round_finished event{1, 0s, 1500ms, 2, 5, 0, {"first", "second"}, 2, 500ms, false};
    CAF_CHECK_EQUAL(written(event), "  Completed: 2 OK, 5 FAILED in 1500.0ms\n"
                                    "    ERROR: first\n"
                                    "    ERROR: second\n"
                                    "    ... and 3 more\n"
                                    "  Waiting 500ms until next round...\n");
}

CAF_TEST(a_round_that_lists_all_its_errors_leaves_none_out) {
    avatar::round_finished event{1, 0s, 1500ms, 2, 1, 0, {"only"}, 1, 30s, true};
    CAF_CHECK_EQUAL(written(event), "  Completed: 2 OK, 1 FAILED in 1500.0ms\n"
                                    "    ERROR: only\n");
}

CAF_TEST(a_round_tells_of_interrupted_requests_where_there_are) {
    avatar::round_finished event{1, 0s, 1500ms, 2, 0, 3, {}, 0, 30s, true};
    CAF_CHECK_EQUAL(written(event), "  Completed: 2 OK, 0 FAILED, 3 INTERRUPTED in 1500.0ms\n");
}

CAF_TEST(cancelled_requests_are_a_row_and_a_column_of_their_own) {
    avatar::round_finished event{1, 0s, 1500ms, 2, 0, 0, {}, 0, 30s, true, 3};
    CAF_CHECK_EQUAL(written(event), "  Completed: 2 OK, 0 FAILED, 3 CANCELLED in 1500.0ms\n");
    avatar::run_report report;
    report.ok = 2;
    report.cancelled_requests = 3;
    report.planned = 50;
    CAF_CHECK(contains(summary(report), "  Total requests: 5\n"
                                        "  Successful: 2 (40.0%)\n"
                                        "  Failed: 0 (0.0%)\n"
                                        "  Cancelled: 3 (60.0%)\n"
                                        "  Not started: 45 of 50 planned\n"));
    report.rounds = {{1, 0s, 400ms, 2, 0, 0, 3}};
    CAF_CHECK(contains(summary(report), "OK     FAIL   CANCELLED\n"));
    CAF_CHECK(contains(summary(report), "  1      0.0        400.0          2      0      3\n"));
    report.interrupted_requests = 1;
    report.rounds = {{1, 0s, 400ms, 2, 0, 1, 3}};
    CAF_CHECK(contains(summary(report), "OK     FAIL   INTERRUPTED CANCELLED\n"));
    CAF_CHECK(contains(summary(report),
                       "  1      0.0        400.0          2      0      1           3\n"));
}

CAF_TEST(the_time_that_connections_were_open_stands_below_them) {
    avatar::pool_status pool;
    pool.size = 1;
    pool.connected = 1;
    pool.connections = {{"c-0", 2, 1500ms}};
    pool.session_ms = 61'540;
    std::ostringstream out;
    avatar::report::write_pool_statistics(out, pool);
    CAF_CHECK(out.str().ends_with("  Connection c-0: 2 requests, age: 1.5s (0.0 min)\n"
                                  "  Connected time: 61.5 session-seconds\n"));
}

CAF_TEST(only_all_is_a_hundred_percent_and_only_none_is_none) {
    avatar::run_report report;
    report.ok = 3999;
    report.failed = 1;
    CAF_CHECK(contains(summary(report), "  Successful: 3999 (99.9%)\n  Failed: 1 (0.1%)\n"));
    report.interrupted_requests = 4'000'000;
    CAF_CHECK(contains(summary(report), "  Failed: 1 (0.1%)\n  Interrupted: 4000000 (99.9%)\n"));
    report = {};
    report.ok = 100'000;
    report.usage = {{"busy", 99'999}, {"idle", 1}};
    CAF_CHECK(contains(summary(report), "  busy: 99999 requests (99.9%)\n"
                                        "  idle: 1 requests (0.1%)\n"));
    report.usage = {{"only", 100'000}};
    CAF_CHECK(contains(summary(report), "  only: 100000 requests (100.0%)\n"));
}

CAF_TEST(interrupted_requests_have_their_share_of_the_total) {
    avatar::run_report report;
    report.ok = 1;
    report.interrupted_requests = 3;
    CAF_CHECK(contains(summary(report), "  Total requests: 4\n"
                                        "  Successful: 1 (25.0%)\n"
                                        "  Failed: 0 (0.0%)\n"
                                        "  Interrupted: 3 (75.0%)\n"));
    report.rounds = {{1, 0s, 400ms, 1, 0, 3}};
    CAF_CHECK(contains(summary(report), "OK     FAIL   INTERRUPTED\n"));
    CAF_CHECK(contains(summary(report), "  1      0.0        400.0          1      0      3\n"));
}

CAF_TEST(failures_are_counted_by_code_with_a_sample) {
    avatar::run_report report;
    report.failed = 3;
    avatar::protocol::failure credits;
    credits.phase = avatar::protocol::failure_phase::websocket_runtime;
    credits.code = failure_code::credits_exhausted;
    credits.server_code = 4001;
    credits.detail = "credits exhausted";
    avatar::protocol::failure timeout;
    timeout.code = failure_code::request_timeout;
    timeout.detail = "request timed out after 45s";
    report.failures = {{credits, 2}, {timeout, 1}};
    CAF_CHECK(contains(
        summary(report),
        "\nFailures:\n"
        "  2 \u00d7 creditsExhausted, such as: creditsExhausted (server code 4001): credits "
        "exhausted\n"
        "  1 \u00d7 requestTimeout, such as: request timed out after 45s\n"));
}

CAF_TEST(streamed_clips_tell_the_time_from_the_last_audio_too) {
    avatar::run_report report;
    report.ok = 2;
    report.time_to_first_frame = {2, 800ms, 700ms, 900ms, 800ms, 900ms, 900ms};
    CAF_CHECK(!contains(summary(report), "last audio"));
    report.first_frame_after_last_audio = {2, 200ms, 100ms, 300ms, 200ms, 300ms, 300ms};
    CAF_CHECK(contains(summary(report), "  p99 time to first frame: 900.00ms\n"
                                        "  Avg time from last audio to first frame: 200.00ms\n"
                                        "  p50 time from last audio to first frame: 200.00ms\n"));
}

CAF_TEST(one_round_is_expected_to_have_no_pauses) {
    CAF_CHECK(contains(written(avatar::rounds_started{1, 5, 30s, 3}), "~0.0 minutes"));
    CAF_CHECK(contains(written(avatar::rounds_started{0, 5, 30s, 3}), "~0.0 minutes"));
}

CAF_TEST(an_interrupted_run_does_not_claim_to_be_complete) {
    const auto text = written(avatar::rounds_finished{90s, true, {}});
    CAF_CHECK(contains(text, "MULTI-ROUND TEST INTERRUPTED\nTotal duration: 90.0s (1.5 minutes)"));
    CAF_CHECK(!contains(text, "COMPLETE"));
}

CAF_TEST(a_summary_without_requests_has_no_division_by_zero) {
    CAF_CHECK_EQUAL(summary({}), "\n"
                                 "============================================================\n"
                                 "MULTI-ROUND SUMMARY\n"
                                 "============================================================\n"
                                 "\n"
                                 "Overall Statistics:\n"
                                 "  Total rounds: 0\n"
                                 "  Total requests: 0\n"
                                 "  Successful: 0 (0.0%)\n"
                                 "  Failed: 0 (0.0%)\n"
                                 "\n"
                                 "Per-Round Breakdown:\n"
                                 "  Round  Time(s)    Duration(ms)   OK     FAIL  \n"
                                 "  ------ ---------- -------------- ------ ------\n");
}

CAF_TEST(a_summary_of_failures_alone_has_no_performance) {
    avatar::run_report report;
    report.failed = 3;
    const auto text = summary(report);
    CAF_CHECK(contains(text, "  Failed: 3 (100.0%)\n"));
    CAF_CHECK(!contains(text, "Request Performance"));
    CAF_CHECK(!contains(text, "Connection Usage"));
}

CAF_TEST(without_frames_there_is_no_time_to_the_first) {
    avatar::run_report report;
    report.ok = 1;
    report.request_duration.count = 1;
    const auto text = summary(report);
    CAF_CHECK(contains(text, "Request Performance"));
    CAF_CHECK(!contains(text, "first frame"));
}

CAF_TEST(nodes_have_a_row_each_and_a_line_where_they_were_lost) {
    avatar::run_report report;
    report.nodes = {{.name = "worker-1:7000",
                     .sessions = 34,
                     .ok = 170,
                     .failed = 2,
                     .interrupted = 3,
                     .lost = 0,
                     .request_duration = {.p95 = 812'340us},
                     .losses = 0,
                     .why = ""},
                    {.name = "[::1]:7000",
                     .sessions = 0,
                     .ok = 0,
                     .failed = 0,
                     .interrupted = 0,
                     .lost = 5,
                     .request_duration = {},
                     .losses = 2,
                     .why = "it was silent for too long"}};
    CAF_CHECK(
        contains(summary(report),
                 "\nNodes:\n"
                 "  Node          Sessions Requests FAIL   LOST   p95(ms)\n"
                 "  ------------- -------- -------- ------ ------ ----------\n"
                 "  worker-1:7000 34       175      2      0      812.34\n"
                 "  [::1]:7000    0        5        0      5      0.00\n"
                 "  [::1]:7000 was unavailable 2 times, at last: it was silent for too long\n"));
    report.nodes[1].losses = 1;
    CAF_CHECK(contains(summary(report),
                       "  [::1]:7000 was unavailable once: it was silent for too long\n"));
    CAF_CHECK(!contains(summary({}), "Nodes:"));
}

CAF_TEST(connections_that_nodes_do_not_list_are_counted) {
    avatar::pool_status pool;
    pool.connected = 5;
    pool.connections = {{"c-0", 4, 90s}, {"c-1", 4, 90s}};
    std::ostringstream out;
    avatar::report::write_pool_statistics(out, pool);
    CAF_CHECK(contains(out.str(), "  Connections in pool: 5\n"));
    CAF_CHECK(contains(out.str(), "  ... and 3 more that their nodes do not list\n"));
}

CAF_TEST(usage_is_a_share_of_the_successful_requests) {
    avatar::run_report report;
    report.ok = 8;
    report.failed = 2;
    report.usage = {{long_id, 6}, {"b", 2}};
    CAF_CHECK(contains(summary(report), "  " + cut_id +
                                            ": 6 requests (75.0%)\n"
                                            "  b: 2 requests (25.0%)\n"));
}

CAF_TEST(the_pool_counts_the_connections_it_lists) {
    avatar::pool_status pool;
    pool.size = 3;
    pool.served = 4;
    pool.connections = {{long_id, 4, 90s}};
    std::ostringstream out;
    avatar::report::write_pool_statistics(out, pool);
    CAF_CHECK_EQUAL(out.str(), "\nFinal Pool Statistics:\n"
                               "  Total requests served: 4\n"
                               "  Connections in pool: 1\n"
                               "  Connection " +
                                   cut_id + ": 4 requests, age: 90.0s (1.5 min)\n");
}

namespace {

avatar::run_report used(std::size_t connections) {
    avatar::run_report report;
    report.ok = 1'000;
    for (std::size_t i = 0; i < connections; ++i)
        report.usage.push_back({"c-" + std::to_string(i), 10});
    return report;
}

std::string pool_of(std::size_t connections) {
    avatar::pool_status pool;
    for (std::size_t i = 0; i < connections; ++i)
        pool.connections.push_back({"c-" + std::to_string(i), i, std::chrono::seconds(100 + i)});
    std::ostringstream out;
    avatar::report::write_pool_statistics(out, pool);
    return out.str();
}

std::string rounds_of(std::size_t count, std::uint64_t interrupted) {
    avatar::run_report report;
    report.interrupted_requests = interrupted;
    for (std::size_t i = 0; i < count; ++i)
        report.rounds.push_back({i + 1, 1s * i, 1ms * (i + 1), 4, 1, interrupted});
    return summary(report);
}

} // namespace

CAF_TEST(up_to_twenty_connections_are_shown_one_by_one) {
    const auto text = summary(used(20));
    CAF_CHECK(contains(text, "\nConnection Usage Distribution:\n  c-0: 10 requests (1.0%)\n"));
    CAF_CHECK(text.ends_with("  c-19: 10 requests (1.0%)\n"));
}

CAF_TEST(of_more_connections_the_use_is_told_as_a_spread) {
    auto report = used(30);
    report.usage_unshown = {480, 800, 1, 2, 9};
    const auto text = summary(report);
    CAF_CHECK(contains(text, "\nConnection Usage Distribution:\n"
                             "  500 connections, 1000 requests\n"
                             "  c-0: 10 requests (1.0%)\n"));
    CAF_CHECK(text.ends_with("  c-19: 10 requests (1.0%)\n"
                             "  ... and 480 more: 1 to 9 requests, median 2 "
                             "(80.0%)\n"));
}

CAF_TEST(of_a_large_pool_the_first_twenty_connections_are_shown) {
    CAF_CHECK(pool_of(20).ends_with("  Connection c-19: 19 requests, age: 119.0s (2.0 min)\n"));
    CAF_CHECK(pool_of(21).ends_with("  Connection c-19: 19 requests, age: 119.0s (2.0 min)\n"
                                    "  ... and 1 more: 20 to 20 requests, median "
                                    "20, age: 120.0s to 120.0s, median 120.0s\n"));
    CAF_CHECK(pool_of(24).ends_with("  ... and 4 more: 20 to 23 requests, median "
                                    "21, age: 120.0s to 123.0s, median 121.0s\n"));
}

CAF_TEST(of_many_rounds_the_first_fifty_have_a_row) {
    CAF_CHECK(rounds_of(50, 0).ends_with("\n  50     49.0       50.0           4      1     \n"));
    CAF_CHECK(rounds_of(53, 0).ends_with("\n  50     49.0       50.0           4      1     \n"
                                         "  ... and 3 more: 51.0ms to 53.0ms, median "
                                         "52.0ms, 12 OK, 3 FAILED\n"));
    CAF_CHECK(rounds_of(53, 2).ends_with(", 12 OK, 3 FAILED, 6 INTERRUPTED\n"));
}
