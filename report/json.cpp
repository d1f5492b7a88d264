#include "report/json.hpp"

#include "report/balance.hpp"
#include "report/units.hpp"

#include <nlohmann/json.hpp>

namespace avatar::report {
namespace {

// Keeps the fields in the order written here, the order people read them in.
using json = nlohmann::ordered_json;

json to_value(const duration_summary& summary) {
    return {{"count", summary.count},
            {"mean_ms", to_milliseconds(summary.mean)},
            {"min_ms", to_milliseconds(summary.min)},
            {"max_ms", to_milliseconds(summary.max)},
            {"p50_ms", to_milliseconds(summary.p50)},
            {"p95_ms", to_milliseconds(summary.p95)},
            {"p99_ms", to_milliseconds(summary.p99)}};
}

json to_value(const round_figures& round) {
    return {{"round", round.round},
            {"started_at_ms", to_milliseconds(round.started_at)},
            {"duration_ms", to_milliseconds(round.duration)},
            {"ok", round.ok},
            {"failed", round.failed},
            {"interrupted", round.interrupted},
            {"cancelled", round.cancelled}};
}

json to_value(const connection_usage& usage) {
    return {{"connection_id", usage.connection_id}, {"requests", usage.requests}};
}

json to_value(const usage_spread& spread) {
    return {{"connections", spread.connections},
            {"requests", spread.requests},
            {"min_requests", spread.min},
            {"median_requests", spread.median},
            {"max_requests", spread.max}};
}

json to_value(const protocol::failure& failure) {
    return {{"message", protocol::describe(failure)}, {"phase", protocol::to_string(failure.phase)},
            {"http_status", failure.http_status},     {"server_code", failure.server_code},
            {"close_code", failure.close_code},       {"connection_id", failure.connection_id},
            {"request_id", failure.request_id}};
}

json to_value(const failure_count& failures) {
    return {{"code", protocol::to_string(failures.sample.code)},
            {"count", failures.count},
            {"sample", to_value(failures.sample)}};
}

json to_value(const node_figures& node) {
    return {{"name", node.name},
            {"sessions", node.sessions},
            {"ok", node.ok},
            {"failed", node.failed},
            {"interrupted", node.interrupted},
            {"cancelled", node.cancelled},
            {"lost", node.lost},
            {"request_duration", to_value(node.request_duration)},
            {"times_lost", node.losses},
            {"last_loss", node.why}};
}

json to_value(const outcome_count& outcome) {
    return {{"code", protocol::to_string(outcome.code)}, {"count", outcome.count}};
}

json to_value(const pooled_connection& connection) {
    return {{"connection_id", connection.connection_id},
            {"requests", connection.requests},
            {"age_ms", to_milliseconds(connection.age)}};
}

template <class T>
json to_array(const std::vector<T>& items) {
    auto array = json::array();
    for (const auto& item : items)
        array.push_back(to_value(item));
    return array;
}

json requests_of(const run_report& report) {
    const auto mean_frames =
        report.ok == 0 ? 0.0 : static_cast<double>(report.frames) / static_cast<double>(report.ok);
    return {{"planned", report.planned},
            {"total", requests_with_result(report)},
            {"ok", report.ok},
            {"failed", report.failed},
            {"interrupted", report.interrupted_requests},
            {"cancelled", report.cancelled_requests},
            {"frames", report.frames},
            {"frame_bytes", report.bytes},
            {"mean_frames", mean_frames}};
}

json to_value(const request_ledger& ledger) {
    return {{"entered", ledger.entered},
            {"succeeded", ledger.succeeded},
            {"failed_by_code", to_array(ledger.failed)},
            {"open", ledger.open}};
}

json to_value(const pool_status& pool) {
    return {{"size", pool.size},
            {"connected", pool.connected},
            {"available", pool.available},
            {"leased", pool.leased},
            {"waiting", pool.waiting},
            {"served", pool.served},
            {"retried", pool.retried},
            {"replaced", pool.replaced},
            {"renewed", pool.renewed},
            {"crashed", pool.crashed},
            {"late_frames", pool.late_frames},
            {"longest_below_size_ms", to_milliseconds(pool.longest_below_size)},
            {"session_seconds", to_seconds(std::chrono::milliseconds(pool.session_ms))},
            {"ledger", to_value(pool.requests)},
            {"connections", to_array(pool.connections)}};
}

} // namespace

std::string to_json(const run_report& report) {
    json root = {{"schema", json_schema},
                 {"interrupted", report.interrupted},
                 {"ended_early", report.ended_early},
                 {"duration_ms", to_milliseconds(report.duration)},
                 {"requests", requests_of(report)},
                 {"request_duration", to_value(report.request_duration)},
                 {"time_to_first_frame", to_value(report.time_to_first_frame)},
                 {"first_frame_after_last_audio", to_value(report.first_frame_after_last_audio)},
                 {"wait_for_connection", to_value(report.wait_for_connection)},
                 {"service_time", to_value(report.service_time)},
                 {"pool_overhead", to_value(report.pool_overhead)},
                 {"rounds", to_array(report.rounds)},
                 {"connection_usage", to_array(report.usage)},
                 {"connection_usage_unlisted", to_value(report.usage_unlisted)},
                 {"failures", to_array(report.failures)},
                 {"connection_failures", to_array(report.connection_failures)},
                 {"pool", to_value(report.pool)}};
    if (!report.nodes.empty())
        root["nodes"] = to_array(report.nodes);
    constexpr int indent = 2;
    return root.dump(indent, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace avatar::report
