#pragma once

#include "duration_counts.hpp"
#include "inspection.hpp"
#include "run_report.hpp"

#include <caf/none.hpp>
#include <caf/sec.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// What a node tells of its requests, so that the figures of several can be merged.
namespace avatar {

/// A connection as its node counts it.
struct connection_figures {
    connection_usage usage;
    std::uint64_t first = 0; ///< Its first success was this one of its node's, from 1.

    bool operator==(const connection_figures&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, connection_figures& x) {
        return inspect_fields(f, x.usage, x.first);
    }
};

/// Whether `a` stands before `b` in a report. Nodes have no common clock: connections stand
/// as if the nodes' successes had come in turn, the first of each before the second of each;
/// those in the same place stand by their ids.
bool stands_before(const connection_figures& a, const connection_figures& b);

/// How the successful requests of a node are spread over its connections.
struct usage_figures {
    std::vector<connection_figures> listed{}; ///< The first `listed_connections`, as they stand.
    duration_counts unlisted{}; ///< Requests of each of the others, a nanosecond for a request.

    bool operator==(const usage_figures&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, usage_figures& x) {
        return inspect_fields(f, x.listed, x.unlisted);
    }
};

/// Failures of one code, as their node counts them.
struct failure_figures {
    failure_count failures;
    std::uint64_t first = 0; ///< The sample was this one of its node's failures, from 1.

    bool operator==(const failure_figures&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, failure_figures& x) {
        return inspect_fields(f, x.failures, x.first);
    }
};

/// Whether `a` stands before `b` in a report, where both are as frequent, and is the sample
/// of the two. As with connections, the nodes' failures count as if they had come in turn;
/// those in the same place stand by what they say, connection and request id first.
bool stands_before(const failure_figures& a, const failure_figures& b);

/// Bounds of what crosses, in bytes. With them no `request_figures` takes as much as 1 MiB.
inline constexpr std::size_t longest_connection_id = 256;
inline constexpr std::size_t longest_failure_text = 1'024; ///< Each of a failure's texts.

/// More than there are codes; a newer node may have some more.
inline constexpr std::size_t most_failure_figures = 64;

struct request_figures;

/// Whether they can be the figures of any requests: within the bounds, and every count and
/// list adds up to the totals.
bool is_acceptable(const request_figures& x);

/// All that a report says of the requests of one node, from its first one on: what a node
/// tells later replaces what it told before. From `report::run_figures`, which also merges
/// those of several nodes.
///
/// Takes 26 KB after 100,000 requests over 100 connections: 20 KB of histograms, and 50 bytes
/// for each connection. Those beyond the first 1,000 hardly add to it. Always less than 1 MiB.
struct request_figures {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0; ///< On purpose: neither ok nor failed.
    std::uint64_t cancelled = 0;   ///< As the run was ended: likewise.
    std::uint64_t frames = 0;      ///< Of successful requests.
    std::uint64_t bytes = 0;       ///< Of those frames.
    duration_counts request_duration{};
    duration_counts time_to_first_frame{};
    duration_counts first_frame_after_last_audio{};
    duration_counts wait_for_connection{};
    duration_counts service_time{};
    duration_counts pool_overhead{};
    usage_figures usage{};
    std::vector<failure_figures> failures{}; ///< In any order.

    bool operator==(const request_figures&) const = default;

    /// What does not add up (see `is_acceptable`) does not arrive: sec::invalid_argument.
    template <class Inspector>
    friend typename Inspector::result_type inspect(Inspector& f, request_figures& x) {
        const auto fields = [&] {
            return f(x.ok, x.failed, x.interrupted, x.cancelled, x.frames, x.bytes,
                     x.request_duration, x.time_to_first_frame, x.first_frame_after_last_audio,
                     x.wait_for_connection, x.service_time, x.pool_overhead, x.usage, x.failures);
        };
        if constexpr (!Inspector::writes_state) {
            return fields();
        } else {
            if (auto error = fields())
                return error;
            if (!is_acceptable(x))
                return caf::sec::invalid_argument;
            return caf::none;
        }
    }
};

} // namespace avatar
