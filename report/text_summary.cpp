#include "report/balance.hpp"
#include "report/connection_label.hpp"
#include "report/percentage.hpp"
#include "report/text.hpp"
#include "report/text_detail.hpp"
#include "report/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace avatar::report {

using text_detail::banner;
using text_detail::line;
using text_detail::rule;

namespace {

template <class Value>
struct spread {
    Value min;
    Value median;
    Value max;
};

/// Of at least one value; of an even number the median is the lower of the middle two.
template <class Value>
spread<Value> spread_of(std::vector<Value> values) {
    std::ranges::sort(values);
    return {values.front(), values[(values.size() - 1) / 2], values.back()};
}

void write_overall(std::ostream& out, const run_report& report) {
    const auto total = requests_with_result(report);
    line(out, "\nOverall Statistics:");
    line(out, "  Total rounds: {}", report.rounds.size());
    line(out, "  Total requests: {}", total);
    line(out, "  Successful: {} ({})", report.ok, percentage(report.ok, total));
    line(out, "  Failed: {} ({})", report.failed, percentage(report.failed, total));
    if (report.interrupted_requests > 0)
        line(out, "  Interrupted: {} ({})", report.interrupted_requests,
             percentage(report.interrupted_requests, total));
    if (report.cancelled_requests > 0)
        line(out, "  Cancelled: {} ({})", report.cancelled_requests,
             percentage(report.cancelled_requests, total));
    if (report.planned > total)
        line(out, "  Not started: {} of {} planned", report.planned - total, report.planned);
}

void write_failures(std::ostream& out, const run_report& report) {
    line(out, "\nFailures:");
    for (const auto& [sample, count] : report.failures)
        line(out, "  {} \u00d7 {}, such as: {}", count, protocol::to_string(sample.code),
             protocol::describe(sample));
}

void write_percentiles(std::ostream& out, const duration_summary& summary, const char* what) {
    line(out, "  p50 {}: {:.2f}ms", what, to_milliseconds(summary.p50));
    line(out, "  p95 {}: {:.2f}ms", what, to_milliseconds(summary.p95));
    line(out, "  p99 {}: {:.2f}ms", what, to_milliseconds(summary.p99));
}

void write_performance(std::ostream& out, const run_report& report) {
    const auto& duration = report.request_duration;
    line(out, "\nRequest Performance:");
    line(out, "  Avg duration: {:.2f}ms", to_milliseconds(duration.mean));
    line(out, "  Min duration: {:.2f}ms", to_milliseconds(duration.min));
    line(out, "  Max duration: {:.2f}ms", to_milliseconds(duration.max));
    line(out, "  Avg frames: {:.1f}",
         static_cast<double>(report.frames) / static_cast<double>(report.ok));
    write_percentiles(out, duration, "duration");

    // None when frames go elsewhere, to an egress.
    const auto& first_frame = report.time_to_first_frame;
    if (first_frame.count == 0)
        return;
    line(out, "  Avg time to first frame: {:.2f}ms", to_milliseconds(first_frame.mean));
    write_percentiles(out, first_frame, "time to first frame");

    // Of clips that were streamed: the wait that a listener notices.
    const auto& after_last = report.first_frame_after_last_audio;
    if (after_last.count == 0)
        return;
    line(out, "  Avg time from last audio to first frame: {:.2f}ms",
         to_milliseconds(after_last.mean));
    write_percentiles(out, after_last, "time from last audio to first frame");
}

// Of more rounds than this the table has the first ones and a line for the others:
// each has been told as it ended.
constexpr std::size_t shown_rounds = 50;

/// The table's rows after the shown ones, in one line.
void write_other_rounds(std::ostream& out, std::span<const round_figures> rows) {
    std::vector<nanoseconds> durations;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0;
    std::uint64_t cancelled = 0;
    for (const auto& row : rows) {
        durations.push_back(row.duration);
        ok += row.ok;
        failed += row.failed;
        interrupted += row.interrupted;
        cancelled += row.cancelled;
    }
    const auto [min, median, max] = spread_of(std::move(durations));
    line(out, "  ... and {} more: {:.1f}ms to {:.1f}ms, median {:.1f}ms, {} OK, {} FAILED{}",
         rows.size(), to_milliseconds(min), to_milliseconds(max), to_milliseconds(median), ok,
         failed, text_detail::other_outcomes(interrupted, cancelled));
}

void write_rounds(std::ostream& out, const run_report& report) {
    line(out, "\nPer-Round Breakdown:");
    // Further columns only where a run has such requests.
    const bool interrupts = report.interrupted_requests > 0;
    const bool cancels = report.cancelled_requests > 0;
    line(out, "  {:<6} {:<10} {:<14} {:<6} {:<6}{}{}", "Round", "Time(s)", "Duration(ms)", "OK",
         "FAIL", interrupts ? " INTERRUPTED" : "", cancels ? " CANCELLED" : "");
    line(out, "  {0:-<6} {0:-<10} {0:-<14} {0:-<6} {0:-<6}{1}{2}", "",
         interrupts ? " -----------" : "", cancels ? " ---------" : "");
    const std::span rows = report.rounds;
    const auto shown = std::min(rows.size(), shown_rounds);
    for (const auto& row : rows.first(shown))
        line(out, "  {:<6} {:<10.1f} {:<14.1f} {:<6} {:<6}{}{}", row.round,
             to_seconds(row.started_at), to_milliseconds(row.duration), row.ok, row.failed,
             interrupts ? fmt::format(" {:<{}}", row.interrupted, cancels ? 11 : 0) : "",
             cancels ? fmt::format(" {}", row.cancelled) : "");
    if (rows.size() > shown)
        write_other_rounds(out, rows.subspan(shown));
}

void write_usage(std::ostream& out, const run_report& report) {
    line(out, "\nConnection Usage Distribution:");
    const std::span used = report.usage;
    const auto& others = report.usage_unshown;
    if (others.connections > 0)
        line(out, "  {} connections, {} requests", shown_connections + others.connections,
             report.ok);
    for (const auto& connection : used.first(std::min(used.size(), shown_connections)))
        line(out, "  {}: {} requests ({})", connection_label(connection.connection_id),
             connection.requests, percentage(connection.requests, report.ok));
    if (others.connections > 0)
        line(out, "  ... and {} more: {} to {} requests, median {} ({})", others.connections,
             others.min, others.max, others.median, percentage(others.requests, report.ok));
}

/// A reader sees at once which node fell behind or was lost.
void write_nodes(std::ostream& out, const std::vector<node_figures>& nodes) {
    std::size_t width = 4;
    for (const auto& node : nodes)
        width = std::max(width, node.name.size());
    line(out, "\nNodes:");
    line(out, "  {:<{}} {:<8} {:<8} {:<6} {:<6} {}", "Node", width, "Sessions", "Requests", "FAIL",
         "LOST", "p95(ms)");
    line(out, "  {0:-<{1}} {0:-<8} {0:-<8} {0:-<6} {0:-<6} {0:-<10}", "", width);
    for (const auto& node : nodes)
        line(out, "  {:<{}} {:<8} {:<8} {:<6} {:<6} {:.2f}", node.name, width, node.sessions,
             node.ok + node.failed + node.interrupted + node.cancelled + node.lost, node.failed,
             node.lost, to_milliseconds(node.request_duration.p95));
    for (const auto& node : nodes)
        if (node.losses > 0)
            line(out, "  {} was unavailable {}: {}", node.name,
                 node.losses == 1 ? "once" : fmt::format("{} times, at last", node.losses),
                 node.why);
}

/// The connections of the pool after the shown ones, in one line.
void write_other_connections(std::ostream& out, std::span<const pooled_connection> others) {
    std::vector<std::uint64_t> requests;
    std::vector<nanoseconds> ages;
    for (const auto& connection : others) {
        requests.push_back(connection.requests);
        ages.push_back(connection.age);
    }
    const auto taken = spread_of(std::move(requests));
    const auto age = spread_of(std::move(ages));
    line(out,
         "  ... and {} more: {} to {} requests, median {}, age: {:.1f}s to {:.1f}s, "
         "median {:.1f}s",
         others.size(), taken.min, taken.max, taken.median, to_seconds(age.min),
         to_seconds(age.max), to_seconds(age.median));
}

} // namespace

void write_summary(std::ostream& out, const run_report& report) {
    banner(out, "MULTI-ROUND SUMMARY");
    rule(out);
    write_overall(out, report);
    if (!report.failures.empty())
        write_failures(out, report);
    if (report.ok > 0)
        write_performance(out, report);
    write_rounds(out, report);
    if (!report.nodes.empty())
        write_nodes(out, report.nodes);
    if (!report.usage.empty())
        write_usage(out, report);
}

void write_pool_statistics(std::ostream& out, const pool_status& pool) {
    line(out, "\nFinal Pool Statistics:");
    line(out, "  Total requests served: {}", pool.served);
    const std::span connections = pool.connections;
    // Other nodes list the first of theirs only.
    const auto standing = std::max<std::uint64_t>(pool.connected, connections.size());
    line(out, "  Connections in pool: {}", standing);
    // What a pool in good health has none of.
    if (pool.retried > 0)
        line(out, "  Requests sent to another connection: {}", pool.retried);
    if (pool.replaced > 0)
        line(out, "  Connections lost and replaced: {}", pool.replaced);
    if (pool.renewed > 0)
        line(out, "  Connections renewed before their token expired: {}", pool.renewed);
    if (pool.longest_below_size.count() > 0)
        line(out, "  Longest time below full size: {:.1f}s", to_seconds(pool.longest_below_size));
    const auto shown = std::min(connections.size(), shown_connections);
    for (const auto& connection : connections.first(shown))
        line(out, "  Connection {}: {} requests, age: {:.1f}s ({:.1f} min)",
             connection_label(connection.connection_id), connection.requests,
             to_seconds(connection.age), to_minutes(connection.age));
    if (connections.size() > shown)
        write_other_connections(out, connections.subspan(shown));
    if (standing > connections.size())
        line(out, "  ... and {} more that their nodes do not list", standing - connections.size());
    if (pool.session_ms > 0)
        line(out, "  Connected time: {:.1f} session-seconds",
             to_seconds(std::chrono::milliseconds(pool.session_ms)));
}

void write_pool_closing(std::ostream& out) {
    line(out, "\nClosing connection pool...");
}

void write_pool_closed(std::ostream& out) {
    line(out, "Connection pool closed");
}

} // namespace avatar::report
