#include "tests/soak/promises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace avatar::soak {
namespace {

constexpr std::size_t megabyte = 1024 * 1024;

std::uint64_t sum(const std::map<protocol::failure_code, std::uint64_t>& counts) {
    std::uint64_t total = 0;
    for (const auto& [code, count] : counts)
        total += count;
    return total;
}

std::map<protocol::failure_code, std::uint64_t> by_code(const request_ledger& ledger) {
    std::map<protocol::failure_code, std::uint64_t> counts;
    for (const auto& [code, count] : ledger.failed)
        counts[code] = count;
    return counts;
}

template <class Value>
void row(std::ostream& out, const std::string& what, const Value& value) {
    out << fmt::format("{:<44} {:>12}\n", what, value);
}

template <class Amount>
std::string three(Amount start, Amount middle, Amount end) {
    return fmt::format("{} / {} / {}", start, middle, end);
}

} // namespace

void write_table(std::ostream& out, const outcome& of) {
    const auto& calls = of.calls;
    const auto& pool = of.pool;
    row(out, "length", fmt::format("{} s", of.length.count()));
    row(out, "requests entered", calls.sent);
    row(out, "  succeeded", calls.succeeded);
    for (const auto& [code, count] : calls.failed)
        row(out, fmt::format("  failed: {}", protocol::to_string(code)), count);
    row(out, "  open at the end", calls.open);
    row(out, "results delivered twice", calls.twice);
    row(out, "frames delivered to the wrong request", calls.wrong_frames);
    row(out, "frames for no request, dropped", pool.late_frames);
    row(out, "requests sent to another session", pool.retried);
    row(out, "requests with a sink / spoken",
        fmt::format("{} / {}", calls.with_sink, calls.spoken));
    row(out, "sessions leased", calls.leases);
    row(out, "sessions replaced", pool.replaced);
    row(out, "sessions renewed", pool.renewed);
    row(out, "longest time below full size",
        fmt::format("{:.1f} s", static_cast<double>(pool.longest_below_size.count()) / 1e9));
    row(out, "memory at start / middle / end, MB",
        three(of.start.memory / megabyte, of.middle.memory / megabyte, of.end.memory / megabyte));
    row(out, "descriptors at start / middle / end",
        three(of.start.descriptors, of.middle.descriptors, of.end.descriptors));
    row(out, "kinds of faults that occurred",
        fmt::format("{} of {}", of.faults.size(), of.fault_kinds));
    for (const auto& [name, count] : of.faults)
        row(out, fmt::format("  {}", name), count);
}

std::vector<std::string> broken_promises(const outcome& of) {
    std::vector<std::string> broken;
    const auto promise = [&](bool held, std::string what) {
        if (!held)
            broken.push_back(std::move(what));
    };
    const auto& calls = of.calls;
    const auto& ledger = of.pool.requests;
    promise(calls.open == 0, fmt::format("{} requests never had a result", calls.open));
    promise(calls.twice == 0, fmt::format("{} requests had a second result", calls.twice));
    promise(calls.unknown == 0, fmt::format("{} results of requests never sent", calls.unknown));
    promise(calls.wrong_frames == 0,
            fmt::format("{} requests had frames of others", calls.wrong_frames));
    promise(calls.late_frames == 0,
            fmt::format("{} times frames came to a sink after the result", calls.late_frames));
    promise(
        calls.sink_missed == 0,
        fmt::format("{} successful requests had other frames than their sinks", calls.sink_missed));
    promise(calls.with_sink > 0 && calls.spoken > 0, "no request had a sink, or was spoken");
    promise(ledger.open == 0 && ledger.entered == calls.sent &&
                ledger.succeeded == calls.succeeded && by_code(ledger) == calls.failed,
            fmt::format("the pool counts {} entered, {} succeeded, {} failed, {} open; its callers "
                        "{}, {}, {}, {}",
                        ledger.entered, ledger.succeeded, sum(by_code(ledger)), ledger.open,
                        calls.sent, calls.succeeded, sum(calls.failed), calls.open));
    promise(calls.succeeded > calls.sent / 2,
            fmt::format("only {} of {} requests succeeded", calls.succeeded, calls.sent));
    promise(of.pool.connected == of.pool.size,
            fmt::format("the pool came back to {} of {} sessions only", of.pool.connected,
                        of.pool.size));
    promise(of.pool.replaced > 0, "no session was ever replaced: the faults did not occur");
    promise(of.pool.renewed > 0 || of.length < std::chrono::minutes(1),
            "no session was ever renewed");
    promise(
        of.faults.size() == of.fault_kinds || of.length < std::chrono::minutes(10),
        fmt::format("only {} of {} kinds of faults occurred", of.faults.size(), of.fault_kinds));
    promise(calls.leases > 0, "no session was ever leased");
    promise(of.closed, "the pool did not close");
    promise(!of.check_memory || of.end.memory <= std::max(of.middle.memory + 20 * megabyte,
                                                          of.middle.memory * 13 / 10),
            fmt::format("memory grew from {} to {} MB in the second half",
                        of.middle.memory / megabyte, of.end.memory / megabyte));
    promise(
        of.end.descriptors <= of.start.descriptors + of.pool.size / 2,
        fmt::format("descriptors grew from {} to {}", of.start.descriptors, of.end.descriptors));
    return broken;
}

} // namespace avatar::soak
