#pragma once

#include "../protocol/failure.hpp"
#include "inspection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The figures of one run, as every face of the report shows them.
namespace avatar {

using std::chrono::nanoseconds;

/// A distribution of durations, folded: its size does not depend on how many
/// values went in.
struct duration_summary {
    std::uint64_t count = 0;
    nanoseconds mean{0};
    nanoseconds min{0};
    nanoseconds max{0};
    nanoseconds p50{0};
    nanoseconds p95{0};
    nanoseconds p99{0};

    template <class Inspector>
    friend auto inspect(Inspector& f, duration_summary& x) {
        return inspect_fields(f, x.count, x.mean, x.min, x.max, x.p50, x.p95, x.p99);
    }
};

/// One line of the per-round breakdown.
struct round_figures {
    std::uint64_t round = 0;   ///< From 1.
    nanoseconds started_at{0}; ///< Since the first round started.
    nanoseconds duration{0};
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0;
    std::uint64_t cancelled = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, round_figures& x) {
        return inspect_fields(f, x.round, x.started_at, x.duration, x.ok, x.failed, x.interrupted,
                              x.cancelled);
    }
};

/// Successful requests of one connection.
struct connection_usage {
    std::string connection_id;
    std::uint64_t requests = 0;

    bool operator==(const connection_usage&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, connection_usage& x) {
        return inspect_fields(f, x.connection_id, x.requests);
    }
};

/// A report grows with neither connections nor their renewals: the text shows so many
/// of them one by one, JSON lists so many. Of the others it has the spread.
inline constexpr std::size_t shown_connections = 20;
inline constexpr std::size_t listed_connections = 1'000;

/// How the successful requests of some connections are spread over them.
struct usage_spread {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0; ///< Of all of them together.
    std::uint64_t min = 0;      ///< Of one of them.
    std::uint64_t median = 0;   ///< Off by 0.8 % at most.
    std::uint64_t max = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, usage_spread& x) {
        return inspect_fields(f, x.connections, x.requests, x.min, x.median, x.max);
    }
};

/// Failures of one kind, with the first seen as a sample.
struct failure_count {
    protocol::failure sample;
    std::uint64_t count = 0;

    bool operator==(const failure_count&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, failure_count& x) {
        return inspect_fields(f, x.sample, x.count);
    }
};

/// A connection that stands in the pool.
struct pooled_connection {
    std::string connection_id;
    std::uint64_t requests = 0; ///< Taken by it, failed ones included.
    nanoseconds age{0};         ///< Since the service confirmed it.

    template <class Inspector>
    friend auto inspect(Inspector& f, pooled_connection& x) {
        return inspect_fields(f, x.connection_id, x.requests, x.age);
    }
};

/// Requests of one outcome.
struct outcome_count {
    protocol::failure_code code = protocol::failure_code::none;
    std::uint64_t count = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, outcome_count& x) {
        return inspect_fields(f, x.code, x.count);
    }
};

/// What became of every request that entered a pool. The sum of the outcomes and
/// the open ones is what entered, at every moment.
struct request_ledger {
    std::uint64_t entered = 0;
    std::uint64_t succeeded = 0;
    std::vector<outcome_count> failed{}; ///< By code; interrupted ones too.
    std::uint64_t open = 0;              ///< Without a result yet, as counted where they stand.

    template <class Inspector>
    friend auto inspect(Inspector& f, request_ledger& x) {
        return inspect_fields(f, x.entered, x.succeeded, x.failed, x.open);
    }
};

/// The pool at one moment, and what it did since it opened.
struct pool_status {
    std::uint64_t size = 0;      ///< Connections it is meant to hold.
    std::uint64_t connected = 0; ///< Those confirmed now: idle, busy, late or leased.
    std::uint64_t available = 0; ///< Those that could take a request now.
    std::uint64_t leased = 0;    ///< Those that callers have acquired.
    std::uint64_t waiting = 0;   ///< Requests and callers in its queue.
    std::uint64_t served = 0;    ///< Requests given to a connection, failed ones included.
    std::uint64_t retried = 0;   ///< Of these, given to another one after theirs had died.
    std::uint64_t replaced = 0;  ///< Connections that died and were replaced.
    std::uint64_t renewed = 0;   ///< Connections replaced before their token expired.
    std::uint64_t crashed = 0;   ///< Session actors that failed.
    std::uint64_t late_frames = 0;
    nanoseconds longest_below_size{0}; ///< Longest time with fewer connections than `size`.
    request_ledger requests{};
    std::vector<pooled_connection> connections{}; ///< In slot order.
    /// Milliseconds that connections were open, from the service's confirmation on, summed over
    /// all that there ever were: what a service is paid for. A count, for the sum over many
    /// sessions exceeds what a time in a message may be.
    std::uint64_t session_ms = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, pool_status& x) {
        return inspect_fields(f, x.size, x.connected, x.available, x.leased, x.waiting, x.served,
                              x.retried, x.replaced, x.renewed, x.crashed, x.late_frames,
                              x.longest_below_size, x.requests, x.connections, x.session_ms);
    }
};

/// The part of one node in a run. Its requests are ok + failed + interrupted + cancelled +
/// lost.
struct node_figures {
    std::string name;
    std::uint64_t sessions = 0; ///< Connections that its last pool opened.
    std::uint64_t ok = 0;
    std::uint64_t failed = 0; ///< Without the lost ones.
    std::uint64_t interrupted = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t lost = 0; ///< Without a result when the node was lost; in the run's `failed`.
    duration_summary request_duration;
    std::uint64_t losses = 0; ///< How often it was lost, or had not been reached.
    std::string why;          ///< The last time, in one line.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_figures& x) {
        return inspect_fields(f, x.name, x.sessions, x.ok, x.failed, x.interrupted, x.cancelled,
                              x.lost, x.request_duration, x.losses, x.why);
    }
};

/// All figures of a run. Averages and percentiles are of successful requests.
struct run_report {
    nanoseconds duration{0};  ///< First round's start to last round's end.
    bool interrupted = false; ///< Ended before all that was planned was done.
    std::string ended_early;  ///< Why, when something broke; else empty.
    std::vector<round_figures> rounds;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t planned = 0;              ///< Requests of all rounds; 0: a load shape decides.
    std::uint64_t interrupted_requests = 0; ///< On purpose: neither ok nor failed.
    std::uint64_t cancelled_requests = 0;   ///< As the run was ended: likewise.
    std::uint64_t frames = 0;               ///< Of successful requests.
    std::uint64_t bytes = 0;                ///< Of those frames.
    duration_summary request_duration;
    duration_summary time_to_first_frame; ///< From the first audio.
    /// From the last audio; of streamed clips only, empty for others.
    duration_summary first_frame_after_last_audio;
    duration_summary wait_for_connection;
    duration_summary service_time;
    duration_summary pool_overhead;
    /// In order of each one's first success; the first `listed_connections`.
    std::vector<connection_usage> usage;
    usage_spread usage_unshown;          ///< Of those after the first `shown_connections`.
    usage_spread usage_unlisted;         ///< Of those that are not in `usage`.
    std::vector<failure_count> failures; ///< By code, most frequent first.
    /// Of connections that could not be opened as the pool was: equal ones counted together.
    std::vector<failure_count> connection_failures;
    pool_status pool;
    std::vector<node_figures> nodes; ///< Of a run over nodes, in the order of the settings.

    template <class Inspector>
    friend auto inspect(Inspector& f, run_report& x) {
        return inspect_fields(f, x.duration, x.interrupted, x.ended_early, x.rounds, x.ok, x.failed,
                              x.planned, x.interrupted_requests, x.cancelled_requests, x.frames,
                              x.bytes, x.request_duration, x.time_to_first_frame,
                              x.first_frame_after_last_audio, x.wait_for_connection, x.service_time,
                              x.pool_overhead, x.usage, x.usage_unshown, x.usage_unlisted,
                              x.failures, x.connection_failures, x.pool, x.nodes);
    }
};

} // namespace avatar
