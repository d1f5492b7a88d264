#include "config/duration.hpp"
#include "report/connection_label.hpp"
#include "report/progress_line.hpp"
#include "report/text.hpp"
#include "report/text_detail.hpp"
#include "report/units.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace avatar::report {

using text_detail::banner;
using text_detail::line;
using text_detail::rule;

namespace {

// A whole id is worth having where it does not wrap: the service's logs have it.
constexpr std::size_t line_width = 80;

// Settings are in milliseconds, so nothing is lost.
std::string as_set(nanoseconds d) {
    return config::format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(d));
}

} // namespace

void write(std::ostream& out, const audio_loaded& event) {
    line(out, "Loaded audio file: {} bytes", event.bytes);
}

void write(std::ostream& out, const pool_opening& event) {
    line(out, "Initializing connection pool with {} connections...", event.size);
}

void write(std::ostream& out, const connection_tried& event) {
    if (event.failure)
        return line(out, "  Connection {}: FAILED - {}", event.slot,
                    protocol::describe(event.failure));
    const auto begin = fmt::format("  Connection {}: OK (connection_id=", event.slot);
    line(out, "{}{})", begin,
         connection_label_within(event.connection_id, line_width - begin.size() - 1));
}

void write(std::ostream& out, const pool_opened& event) {
    line(out, "Pool initialized with {}/{} connections", event.connected, event.size);
}

void write_failed_connections(std::ostream& out, std::uint64_t left_out,
                              const std::vector<failure_count>& failures) {
    line(out, "  ... and {} more FAILED; all by reason:", left_out);
    for (const auto& [sample, count] : failures)
        line(out, "    {} \u00d7 {}", count, protocol::describe(sample));
}

void write_opened_connections(std::ostream& out, std::uint64_t left_out) {
    line(out, "  ... and {} more OK", left_out);
}

void write(std::ostream& out, const rounds_started& event) {
    const auto pauses = event.rounds == 0 ? 0 : event.rounds - 1;
    banner(out, "STARTING MULTI-ROUND TEST");
    rule(out);
    line(out, "Rounds: {}", event.rounds);
    line(out, "Requests per round: {}", event.requests_per_round);
    line(out, "Interval between rounds: {}", as_set(event.interval));
    line(out, "Expected total duration: ~{:.1f} minutes",
         to_minutes(event.interval) * static_cast<double>(pauses) +
             to_minutes(event.arrivals) * static_cast<double>(event.rounds));
    line(out, "Pool size: {} connections", event.connections);
    rule(out);
}

void write(std::ostream& out, const round_started& event) {
    line(out, "\n[Round {}/{}] (elapsed: {:.1f}s, pool: {}/{} available)", event.round,
         event.rounds, to_seconds(event.elapsed), event.available, event.connections);
}

void write(std::ostream& out, const round_progress& event) {
    line(out, "{}", in_words(event));
}

void write(std::ostream& out, const round_finished& event) {
    line(out, "  Completed: {} OK, {} FAILED{} in {:.1f}ms", event.ok, event.failed,
         text_detail::other_outcomes(event.interrupted, event.cancelled),
         to_milliseconds(event.duration));
    for (const auto& error : event.errors)
        line(out, "    ERROR: {}", error);
    if (event.failed > event.listed)
        line(out, "    ... and {} more", event.failed - event.listed);
    if (!event.last)
        line(out, "  Waiting {} until next round...", as_set(event.next_in));
}

void write(std::ostream& out, const rounds_finished& event) {
    banner(out, event.interrupted ? "MULTI-ROUND TEST INTERRUPTED" : "MULTI-ROUND TEST COMPLETE");
    line(out, "Total duration: {:.1f}s ({:.1f} minutes)", to_seconds(event.duration),
         to_minutes(event.duration));
    rule(out);
}

} // namespace avatar::report
