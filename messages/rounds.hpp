#pragma once

#include "../protocol/failure.hpp"
#include "inspection.hpp"
#include "run_report.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the round driver is told, and what a run tells those who watch it, in
/// the order it happens.
namespace avatar {

using std::chrono::nanoseconds;

/// Asks the round driver to run all its rounds. Answered by `rounds_finished`.
struct run_rounds {
    template <class Inspector>
    friend auto inspect(Inspector& f, run_rounds&) {
        return f();
    }
};

/// Asks the round driver to end early: what is under way may end, as long as the
/// pool's drain timeout allows.
struct stop_rounds {
    bool at_once = false; ///< What is under way is cancelled, also after one that allows it.

    template <class Inspector>
    friend auto inspect(Inspector& f, stop_rounds& x) {
        return inspect_fields(f, x.at_once);
    }
};

/// More errors than this in one round are counted, not listed one by one.
inline constexpr std::size_t most_errors_listed = 10;

/// What is started in a round.
struct round_load {
    std::uint64_t requests = 0;
    nanoseconds first_arrival{0}; ///< From the round's begin to the first request's start.
    double arrival_rate = 0;      ///< Requests a second; 0: all at once.

    template <class Inspector>
    friend auto inspect(Inspector& f, round_load& x) {
        return inspect_fields(f, x.requests, x.first_arrival, x.arrival_rate);
    }
};

/// At least one request, and no more, no faster and for no longer than settings can ask for.
inline bool is_acceptable(const round_load& load) {
    constexpr std::chrono::duration<double> longest = std::chrono::hours(2 * 366 * 24);
    return load.requests >= 1 && load.requests <= 1'000'000 && load.arrival_rate >= 0 &&
           load.arrival_rate <= 100'000 && load.first_arrival <= longest &&
           (load.arrival_rate == 0 ||
            static_cast<double>(load.requests - 1) <= load.arrival_rate * longest.count());
}

/// Tells a round driver that begins no round by itself to begin one. Ignored while one runs.
struct begin_round {
    std::uint64_t round = 0; ///< From 1.
    round_load load;

    template <class Inspector>
    friend auto inspect(Inspector& f, begin_round& x) {
        return inspect_fields(f, x.round, x.load);
    }
};

/// The round driver's own timer: the pause between two rounds is over.
struct next_round {
    template <class Inspector>
    friend auto inspect(Inspector& f, next_round&) {
        return f();
    }
};

/// The round driver's own timer: time to tell the progress of a round.
struct tell_progress {
    std::uint64_t round = 0; ///< Of which round; a timer of an earlier one is void.

    template <class Inspector>
    friend auto inspect(Inspector& f, tell_progress& x) {
        return inspect_fields(f, x.round);
    }
};

/// The round driver's own timer: the next request of a round is to start.
struct arrival_due {
    std::uint64_t round = 0; ///< Of which round; a timer of an earlier one is void.

    template <class Inspector>
    friend auto inspect(Inspector& f, arrival_due& x) {
        return inspect_fields(f, x.round);
    }
};

/// The round driver's own timer: time to interrupt what of a round still runs.
struct interrupts_due {
    std::uint64_t round = 0; ///< Of which round; a timer of an earlier one is void.

    template <class Inspector>
    friend auto inspect(Inspector& f, interrupts_due& x) {
        return inspect_fields(f, x.round);
    }
};

/// The speech is in memory.
struct audio_loaded {
    std::uint64_t bytes = 0; ///< As sent to the service with each request.

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_loaded& x) {
        return inspect_fields(f, x.bytes);
    }
};

/// The pool starts to open its connections.
struct pool_opening {
    std::uint64_t size = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, pool_opening& x) {
        return inspect_fields(f, x.size);
    }
};

/// The first try of one of the pool's connections has ended. Comes once for
/// each slot, in any order.
struct connection_tried {
    std::uint64_t slot = 0; ///< From 0.
    std::string connection_id;
    protocol::failure failure; ///< Code `none`: it is open.

    template <class Inspector>
    friend auto inspect(Inspector& f, connection_tried& x) {
        return inspect_fields(f, x.slot, x.connection_id, x.failure);
    }
};

/// Every connection has been tried once, or the wait for that was cancelled.
struct pool_opened {
    std::uint64_t connected = 0;
    std::uint64_t size = 0;
    std::vector<failure_count> failures; ///< Of the others: equal ones counted together.
    bool cancelled = false;              ///< Some were still on the way up.

    template <class Inspector>
    friend auto inspect(Inspector& f, pool_opened& x) {
        return inspect_fields(f, x.connected, x.size, x.failures, x.cancelled);
    }
};

/// The plan, before the first round.
struct rounds_started {
    std::uint64_t rounds = 0;
    std::uint64_t requests_per_round = 0;
    nanoseconds interval{0};
    std::uint64_t connections = 0; ///< Open ones, as the rounds begin.
    nanoseconds arrivals{0};       ///< From the first to the last request's start in a round.

    template <class Inspector>
    friend auto inspect(Inspector& f, rounds_started& x) {
        return inspect_fields(f, x.rounds, x.requests_per_round, x.interval, x.connections,
                              x.arrivals);
    }
};

struct round_started {
    std::uint64_t round = 0; ///< From 1.
    std::uint64_t rounds = 0;
    nanoseconds elapsed{0}; ///< Since the first round started.
    std::uint64_t available = 0;
    std::uint64_t connections = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, round_started& x) {
        return inspect_fields(f, x.round, x.rounds, x.elapsed, x.available, x.connections);
    }
};

/// A running round, from time to time: a terminal is told several times a second, others
/// less often.
struct round_progress {
    std::uint64_t round = 0;
    std::uint64_t rounds = 0;
    std::uint64_t requests = 0;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0;
    nanoseconds duration{0}; ///< So far.
    std::uint64_t cancelled = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, round_progress& x) {
        return inspect_fields(f, x.round, x.rounds, x.requests, x.ok, x.failed, x.interrupted,
                              x.duration, x.cancelled);
    }
};

struct round_finished {
    std::uint64_t round = 0;
    nanoseconds started_at{0}; ///< Since the first round started.
    nanoseconds duration{0};
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0;   ///< As the plan asks: neither of the two.
    std::vector<std::string> errors; ///< The first few failures in words; `failed` counts all.
    std::uint64_t listed = 0;        ///< So many failures are in those words.
    nanoseconds next_in{0};          ///< Pause until the next round.
    bool last = false;               ///< No further round.
    std::uint64_t cancelled = 0;     ///< As the run was ended: neither ok nor failed.

    template <class Inspector>
    friend auto inspect(Inspector& f, round_finished& x) {
        return inspect_fields(f, x.round, x.started_at, x.duration, x.ok, x.failed, x.interrupted,
                              x.errors, x.listed, x.next_in, x.last, x.cancelled);
    }
};

/// No round runs any more.
struct rounds_finished {
    nanoseconds duration{0};     ///< First round's start to last round's end.
    bool interrupted = false;    ///< Before all that was planned was done.
    protocol::failure failure{}; ///< Why the rounds could not go on; code `none`: they could.
    std::uint64_t planned = 0;   ///< Requests of all rounds; 0: a load shape decides.

    template <class Inspector>
    friend auto inspect(Inspector& f, rounds_finished& x) {
        return inspect_fields(f, x.duration, x.interrupted, x.failure, x.planned);
    }
};

} // namespace avatar
