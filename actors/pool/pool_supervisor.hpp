#pragma once

#include "actors/pool/availability.hpp"
#include "actors/pool/first_connects.hpp"
#include "actors/pool/pool_plan.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/pool_timers.hpp"
#include "actors/pool/request_dispatcher.hpp"
#include "actors/pool/restart_limit.hpp"
#include "actors/pool/session_keeper.hpp"
#include "actors/pool/session_slots.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace avatar {

/// A pool's own state, in three parts: the slots with their sessions' state machine, the
/// keeper that connects and replaces sessions, and the dispatcher that assigns requests.
/// The keeper and the dispatcher change the slots, and do not know each other: what that
/// does to a session is told here, and passed to the part that has to act.
/// The supervisor itself opens, drains and closes the pool, and decides when too much
/// goes wrong.
class pool_supervisor_state final : private session_listener {
public:
    using self_pointer = pool_supervisor_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using opened_promise = caf::typed_response_promise<pool_opened>;
    using closed_promise = caf::typed_response_promise<pool_closed>;
    using watch_promise = caf::typed_response_promise<pool_failed>;

    pool_supervisor_state(self_pointer self, pool_plan plan);

    pool_supervisor_actor::behavior_type behavior();

private:
    using time_point = caf::actor_clock::time_point;

    // From the pool's callers.
    opened_promise on_open();
    pool_status status(bool with_connections) const;
    void on_cancel();
    void on_drain();
    closed_promise on_close();
    watch_promise on_watch();

    // From its sessions.
    result_promise on_returned(returned_request& message);
    void on_session_idle(const session_idle& message);
    void on_session_opened(session_opened& message);
    void on_session_closed(const session_closed& message);
    void on_down(const caf::down_msg& message);

    // From its slots.
    void on_session_opened(const pool_slot& slot) override;
    void on_session_available(const pool_slot& slot) override;
    void on_session_draining(const pool_slot& slot) override;
    void on_session_lost(const pool_slot& slot, const pooled_session& lost) override;
    void on_session_renewed(const pool_slot& slot, const pooled_session& former) override;

    void on_deadline(const deadline_due& message);
    void end_unopened();

    time_point now() const { return self_->clock().now(); }
    void begin_opening();
    void first_connect_ended(const pool_slot& slot, const protocol::failure& failure);
    void finish_opening_if_done();
    void add_connected_time(const pooled_session& ended);
    std::uint64_t session_ms() const;
    void note_availability();
    void fail_fast_if_due();
    void note_crash(const protocol::failure& failure);
    void fail_for_good(protocol::failure why);
    void finish_closing_if_done();

    self_pointer self_;
    config::pool_settings settings_;
    config::milliseconds open_timeout_;
    connection_watcher_actor watcher_;
    guarded_policy policy_;
    session_slots slots_;
    pool_timers timers_;
    session_keeper keeper_;
    request_dispatcher dispatcher_;

    std::vector<opened_promise> opening_; // Askers without an answer.
    std::optional<pool_opened> opened_with_;
    std::vector<closed_promise> closing_; // Likewise.
    std::vector<watch_promise> watches_;
    std::optional<pool_failed> failed_;
    bool opened_ = false;    // Was told to open.
    bool cancelled_ = false; // Takes no requests any more.
    bool closed_ = false;    // Waits for its sessions to close.
    close_reason close_reason_ = close_reason::normal;

    first_connects first_connects_;
    availability availability_;
    restart_limit restarts_;
    protocol::failure last_failure_; // Of the latest session that ended on its own.
    std::uint64_t crashed_ = 0;
    std::uint64_t late_frames_ = 0;
    std::chrono::milliseconds past_connected_{0}; // Of all sessions that are over.
};

/// Holds the state from the moment the actor knows its plan.
struct pool_supervisor_box {
    std::unique_ptr<pool_supervisor_state> state;
    const char* name = "pool_supervisor";
};

/// Behaviour of a pool that, once told to open, keeps `settings.size` sessions
/// on channels from `make_channel`. It ends after `pool_closed`, and at
/// once when the plan cannot be used; `spawn_pool` refuses such a plan instead.
pool_supervisor_actor::behavior_type
pool_supervisor(pool_supervisor_actor::stateful_pointer<pool_supervisor_box> self, pool_plan plan);

} // namespace avatar
