#define CAF_SUITE json

#include "report/json.hpp"

#include "caf/test/dsl.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

using avatar::protocol::failure_code;
using avatar::protocol::failure_phase;
using avatar::report::to_json;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

avatar::run_report whole_report() {
    avatar::run_report report;
    report.duration = 275500us;
    report.interrupted = true;
    report.ended_early = "the pool ended: killed";
    report.rounds = {{1, 0s, 2500ms, 4, 1, 0}, {2, 32500ms, 2400ms, 5, 0, 3, 4}};
    report.ok = 8;
    report.failed = 2;
    report.planned = 90;
    report.interrupted_requests = 3;
    report.cancelled_requests = 4;
    report.frames = 84;
    report.bytes = 86016;
    report.request_duration = {8, 10ms, 1ms, 20ms, 9ms, 19ms, 20ms};
    report.time_to_first_frame = {7, 5ms, 4ms, 6ms, 5ms, 6ms, 6ms};
    report.first_frame_after_last_audio = {6, 2ms, 1ms, 3ms, 2ms, 3ms, 3ms};
    report.wait_for_connection = {8, 1500us, 0ms, 3ms, 1ms, 3ms, 3ms};
    report.service_time = {8, 2500us, 1ms, 4ms, 2ms, 4ms, 4ms};
    report.pool_overhead = {8, 500us, 0ms, 1ms, 0ms, 1ms, 1ms};
    report.usage = {{"connection-with-a-long-name", 8}};
    report.usage_unlisted = {40, 900, 1, 23, 70};
    avatar::protocol::failure failure;
    failure.code = failure_code::session_token_invalid;
    failure.phase = failure_phase::websocket_connect;
    failure.http_status = 400;
    failure.server_code = 3;
    failure.close_code = 1011;
    failure.detail = "Invalid session token";
    failure.connection_id = "conn-x";
    failure.request_id = "request-x";
    failure.body = "echoed-secret";
    report.failures = {{failure, 2}};
    avatar::protocol::failure refused;
    refused.code = failure_code::connection_failed;
    report.connection_failures = {{refused, 6}};
    report.pool = {.size = 3,
                   .connected = 2,
                   .available = 1,
                   .leased = 1,
                   .waiting = 6,
                   .served = 10,
                   .retried = 7,
                   .replaced = 4,
                   .renewed = 12,
                   .crashed = 11,
                   .late_frames = 5,
                   .longest_below_size = 250ms,
                   .requests = {.entered = 14,
                                .succeeded = 8,
                                .failed = {{avatar::protocol::failure_code::queue_full, 5}},
                                .open = 1},
                   .connections = {{"conn-a", 9, 1500ms}},
                   .session_ms = 61'500};
    report.nodes = {{.name = "worker-1:7000",
                     .sessions = 30,
                     .ok = 31,
                     .failed = 32,
                     .interrupted = 33,
                     .cancelled = 35,
                     .lost = 34,
                     .request_duration = {31, 10ms, 1ms, 20ms, 9ms, 19ms, 20ms},
                     .losses = 2,
                     .why = "killed"}};
    return report;
}

void collect_keys(const json& value, std::set<std::string>& keys) {
    for (const auto& [key, item] : value.items()) {
        if (value.is_object())
            keys.insert(key);
        if (item.is_structured())
            collect_keys(item, keys);
    }
}

} // namespace

CAF_TEST(every_figure_of_the_report_is_there) {
    const auto parsed = json::parse(to_json(whole_report()));
    const auto expected = json::parse(R"({
        "schema": 1,
        "interrupted": true,
        "ended_early": "the pool ended: killed",
        "duration_ms": 275.5,
        "requests": {"planned": 90, "total": 17, "ok": 8, "failed": 2, "interrupted": 3,
                     "cancelled": 4, "frames": 84, "frame_bytes": 86016, "mean_frames": 10.5},
        "request_duration": {"count": 8, "mean_ms": 10.0, "min_ms": 1.0, "max_ms": 20.0,
                             "p50_ms": 9.0, "p95_ms": 19.0, "p99_ms": 20.0},
        "time_to_first_frame": {"count": 7, "mean_ms": 5.0, "min_ms": 4.0, "max_ms": 6.0,
                                "p50_ms": 5.0, "p95_ms": 6.0, "p99_ms": 6.0},
        "first_frame_after_last_audio": {
            "count": 6, "mean_ms": 2.0, "min_ms": 1.0, "max_ms": 3.0, "p50_ms": 2.0,
            "p95_ms": 3.0, "p99_ms": 3.0},
        "wait_for_connection": {"count": 8, "mean_ms": 1.5, "min_ms": 0.0, "max_ms": 3.0,
                                "p50_ms": 1.0, "p95_ms": 3.0, "p99_ms": 3.0},
        "service_time": {"count": 8, "mean_ms": 2.5, "min_ms": 1.0, "max_ms": 4.0,
                         "p50_ms": 2.0, "p95_ms": 4.0, "p99_ms": 4.0},
        "pool_overhead": {"count": 8, "mean_ms": 0.5, "min_ms": 0.0, "max_ms": 1.0,
                          "p50_ms": 0.0, "p95_ms": 1.0, "p99_ms": 1.0},
        "rounds": [
            {"round": 1, "started_at_ms": 0.0, "duration_ms": 2500.0, "ok": 4, "failed": 1,
             "interrupted": 0, "cancelled": 0},
            {"round": 2, "started_at_ms": 32500.0, "duration_ms": 2400.0, "ok": 5, "failed": 0,
             "interrupted": 3, "cancelled": 4}],
        "connection_usage": [{"connection_id": "connection-with-a-long-name", "requests": 8}],
        "connection_usage_unlisted": {"connections": 40, "requests": 900, "min_requests": 1,
                                      "median_requests": 23, "max_requests": 70},
        "failures": [{"code": "sessionTokenInvalid", "count": 2, "sample": {
            "message": "", "phase": "websocket_connect", "http_status": 400, "server_code": 3,
            "close_code": 1011, "connection_id": "conn-x", "request_id": "request-x"}}],
        "connection_failures": [{"code": "connectionFailed", "count": 6, "sample": {
            "message": "connectionFailed", "phase": "none", "http_status": 0, "server_code": 0,
            "close_code": 0, "connection_id": "", "request_id": ""}}],
        "pool": {"size": 3, "connected": 2, "available": 1, "leased": 1, "waiting": 6,
                 "served": 10, "retried": 7, "replaced": 4, "renewed": 12, "crashed": 11,
                 "late_frames": 5, "longest_below_size_ms": 250.0, "session_seconds": 61.5,
                 "ledger": {"entered": 14, "succeeded": 8, "open": 1,
                            "failed_by_code": [{"code": "queueFull", "count": 5}]},
                 "connections": [{"connection_id": "conn-a", "requests": 9, "age_ms": 1500.0}]},
        "nodes": [{"name": "worker-1:7000", "sessions": 30, "ok": 31, "failed": 32,
                   "interrupted": 33, "cancelled": 35, "lost": 34, "times_lost": 2, "last_loss": "killed",
                   "request_duration": {"count": 31, "mean_ms": 10.0, "min_ms": 1.0,
                                        "max_ms": 20.0, "p50_ms": 9.0, "p95_ms": 19.0,
                                        "p99_ms": 20.0}}]
    })");
    auto without_message = parsed;
    without_message["failures"][0]["sample"]["message"] = "";
    CAF_CHECK_EQUAL(without_message.dump(2), expected.dump(2));
    CAF_CHECK_EQUAL(parsed["failures"][0]["sample"]["message"].get<std::string>(),
                    avatar::protocol::describe(whole_report().failures[0].sample));
}

CAF_TEST(it_is_readable_text_in_a_fixed_order) {
    const auto text = to_json(whole_report());
    CAF_CHECK_EQUAL(text.substr(0, 40), "{\n  \"schema\": 1,\n  \"interrupted\": true,\n");
    CAF_CHECK_EQUAL(text.substr(text.size() - 3), "\n}\n");
}

CAF_TEST(an_empty_report_has_every_section) {
    const auto parsed = json::parse(to_json({}));
    CAF_CHECK_EQUAL(parsed["requests"]["mean_frames"].get<double>(), 0.0);
    for (const char* list : {"rounds", "connection_usage", "failures", "connection_failures"}) {
        CAF_CHECK(parsed[list].is_array());
        CAF_CHECK(parsed[list].empty());
    }
    CAF_CHECK(parsed["pool"]["connections"].is_array());
}

CAF_TEST(broken_utf_8_of_the_service_is_replaced) {
    avatar::run_report report;
    report.usage = {{"bad\xff\xfe", 1}};
    const auto parsed = json::parse(to_json(report));
    CAF_CHECK_EQUAL(parsed["connection_usage"][0]["connection_id"].get<std::string>(),
                    "bad\ufffd\ufffd");
}

CAF_TEST(texts_of_other_languages_stay_readable) {
    avatar::run_report report;
    report.usage = {{"h\u00e9-\u20ac-\U0001f600", 1}};
    CAF_CHECK(to_json(report).find("\"h\u00e9-\u20ac-\U0001f600\"") != std::string::npos);
}

CAF_TEST(one_success_has_its_frames_as_their_mean) {
    avatar::run_report report;
    report.ok = 1;
    report.frames = 25;
    const auto parsed = json::parse(to_json(report));
    CAF_CHECK_EQUAL(parsed["requests"]["mean_frames"].get<double>(), 25.0);
    CAF_CHECK_EQUAL(parsed["requests"]["total"].get<int>(), 1);
}

CAF_TEST(each_figure_of_a_distribution_has_a_field_of_its_own) {
    using summary = avatar::duration_summary;
    const std::vector<std::pair<const char*, summary avatar::run_report::*>> distributions = {
        {"request_duration", &avatar::run_report::request_duration},
        {"time_to_first_frame", &avatar::run_report::time_to_first_frame},
        {"first_frame_after_last_audio", &avatar::run_report::first_frame_after_last_audio},
        {"wait_for_connection", &avatar::run_report::wait_for_connection},
        {"service_time", &avatar::run_report::service_time},
        {"pool_overhead", &avatar::run_report::pool_overhead},
    };
    const auto expected = json::parse(R"({"count": 9, "mean_ms": 1.25, "min_ms": 0.5,
        "max_ms": 8.0, "p50_ms": 2.0, "p95_ms": 3.0, "p99_ms": 4.0})");
    for (const auto& [name, field] : distributions) {
        avatar::run_report report;
        report.*field = {9, 1250us, 500us, 8ms, 2ms, 3ms, 4ms};
        const auto parsed = json::parse(to_json(report));
        CAF_CHECK_EQUAL(parsed[name].dump(), expected.dump());
        for (const auto& [other, unused] : distributions)
            if (other != name)
                CAF_CHECK_EQUAL(parsed[other]["count"].get<int>(), 0);
    }
}

CAF_TEST(a_run_of_one_process_has_no_nodes) {
    CAF_CHECK(!json::parse(to_json({})).contains("nodes"));
}

CAF_TEST(raw_bodies_stay_out) {
    CAF_CHECK(to_json(whole_report()).find("echoed-secret") == std::string::npos);
}

CAF_TEST(the_documentation_names_every_field) {
    std::ifstream file(REPORT_JSON_DOCUMENT);
    const std::string document((std::istreambuf_iterator<char>(file)), {});
    CAF_REQUIRE(!document.empty());
    std::set<std::string> keys;
    collect_keys(json::parse(to_json(whole_report())), keys);
    CAF_CHECK_GREATER(keys.size(), 40u);
    for (const auto& key : keys)
        if (document.find("| `" + key + "` |") == std::string::npos)
            CAF_ERROR("docs/report-json.md does not describe " << key);
}
