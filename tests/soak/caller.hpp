#pragma once

#include "actors/pool/session_lease.hpp"
#include "messages/actors.hpp"
#include "tests/soak/frame_counts.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>

namespace avatar::soak {

/// What one caller has seen.
struct call_counts {
    std::uint64_t sent = 0;
    std::uint64_t succeeded = 0;
    std::map<protocol::failure_code, std::uint64_t> failed;
    std::uint64_t open = 0;
    std::uint64_t twice = 0;        ///< Results for a request that had one already.
    std::uint64_t unknown = 0;      ///< Results for a request that was never sent.
    std::uint64_t wrong_frames = 0; ///< More frames than the service sent for the request.
    std::uint64_t leases = 0;       ///< Sessions leased.
    std::uint64_t with_sink = 0;    ///< Requests that wanted their frames.
    std::uint64_t spoken = 0;       ///< Requests whose audio was spoken.
    std::uint64_t late_frames = 0;  ///< Frames that came to the sink after the result.
    std::uint64_t sink_missed = 0;  ///< Successful requests with other frames than their sink's.

    template <class Inspector>
    friend auto inspect(Inspector& f, call_counts& x) {
        return f(x.sent, x.succeeded, x.failed, x.open, x.twice, x.unknown, x.wrong_frames,
                 x.leases, x.with_sink, x.spoken, x.late_frames, x.sink_missed);
    }
};

/// What load a caller puts on the pool.
struct call_plan {
    pool_actor pool{};
    audio_clip audio{};
    frame_counts* frames = nullptr;         ///< Not owned; outlives the caller.
    std::chrono::milliseconds interval{10}; ///< Between two bursts, ...
    std::size_t burst = 1;                  ///< ... each of so many requests.
    bool acquires = false;                  ///< Also has a session to itself now and then.
};

using tick_atom = caf::atom_constant<caf::atom("tick")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;
using count_atom = caf::atom_constant<caf::atom("count")>;

/// A caller's own state. Requests go out as plain messages and not as CAF
/// requests, so that a second result of one would arrive, and be seen.
class caller_state {
public:
    caf::event_based_actor* self = nullptr;
    call_plan plan;
    call_counts counts;
    const char* name = "soak_caller";

    void start(caf::event_based_actor* pointer, call_plan with);
    void on_tick();
    void on_result(const audio_result& result);
    caf::result<frame_credit> on_frames(const animation_frames& some);
    caf::result<audio_piece> on_next_audio(const next_audio& asked);
    void stop() { stopped_ = true; }

private:
    struct called {
        bool has_sink = false;
        bool has_result = false;
        std::uint64_t frames = 0; // That came to the sink.
        int said = 0;             // Pieces of its audio.
    };

    struct ended {
        std::string request_id;
        std::chrono::steady_clock::time_point when;
    };

    void send(audio_request request);
    void acquire();
    void use_lease();
    void forget_old();

    std::unordered_map<std::string, called> requests_; // By id.
    std::deque<ended> ended_;                          // Remembered for a while, oldest first.
    std::string last_id_;
    std::optional<session_lease> lease_;
    std::string leased_request_;
    int lease_uses_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
    bool stopped_ = false;
};

/// Behaviour: loads the pool until `stop_atom`; `count_atom` is answered by
/// `call_counts`.
caf::behavior caller(caf::stateful_actor<caller_state>* self, call_plan plan);

} // namespace avatar::soak
