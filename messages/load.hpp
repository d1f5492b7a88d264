#pragma once

#include "audio.hpp"
#include "frames.hpp"
#include "inspection.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>

/// What a round driver says to those that shape its load and hear its results. Programs may
/// bring actors of their own for both.
namespace avatar {

using std::chrono::nanoseconds;

/// Asks a load shape when the next request of a round starts; one question at a time.
struct next_start {
    std::uint64_t round = 0;   ///< From 1.
    std::uint64_t request = 0; ///< Of the round, from 0.
    nanoseconds previous{0};   ///< What the answer before was; 0 for the first.

    template <class Inspector>
    friend auto inspect(Inspector& f, next_start& x) {
        return inspect_fields(f, x.round, x.request, x.previous);
    }
};

/// When it starts: so long after the round began, and not before the request before. At once
/// when that is past, and its duration counts from then all the same.
struct start_time {
    nanoseconds after{0};
    bool none = false; ///< The round has no further request.

    template <class Inspector>
    friend auto inspect(Inspector& f, start_time& x) {
        return inspect_fields(f, x.after, x.none);
    }
};

/// Decides when the requests of a round start. The round ends with the last one's result.
using load_shape_actor = caf::typed_actor<caf::replies_to<next_start>::with<start_time>>;

/// Asks a result sink to do with all results that it has got before what it does with them.
/// Comes after every thousand of them, and when the rounds are over.
struct flush_results {
    template <class Inspector>
    friend auto inspect(Inspector& f, flush_results&) {
        return f();
    }
};

struct results_flushed {
    template <class Inspector>
    friend auto inspect(Inspector& f, results_flushed&) {
        return f();
    }
};

/// A result feed's own timer: its sinks had their time.
struct flush_overdue {
    template <class Inspector>
    friend auto inspect(Inspector& f, flush_overdue&) {
        return f();
    }
};

/// A round driver's own timer: its load shape may have had its time.
struct shape_overdue {
    template <class Inspector>
    friend auto inspect(Inspector& f, shape_overdue&) {
        return f();
    }
};

/// Hears every result of a run.
using result_sink_actor = caf::typed_actor<caf::reacts_to<audio_result>,
                                           caf::replies_to<flush_results>::with<results_flushed>>;

/// And every frame, those of a request before its result. Its credit is theirs: a slow one
/// makes the service wait.
using frame_and_result_sink_actor = result_sink_actor::extend_with<frame_sink_actor>;

} // namespace avatar
