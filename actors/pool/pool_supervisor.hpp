#pragma once

#include "actors/pool/alarms.hpp"
#include "actors/pool/availability.hpp"
#include "actors/pool/pool_plan.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/request_dispatcher.hpp"
#include "actors/pool/session_keeper.hpp"
#include "actors/pool/session_table.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace avatar {

/// A pool's own state: the slots, the keeper that fills them with sessions, and
/// the dispatcher that gives these their work.
class pool_supervisor_state {
public:
    using self_pointer = pool_supervisor_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using opened_promise = caf::typed_response_promise<pool_opened>;
    using closed_promise = caf::typed_response_promise<pool_closed>;
    using watch_promise = caf::typed_response_promise<pool_failed>;

    pool_supervisor_state(self_pointer self, pool_plan plan);

    // From the pool's users. What is not here is the dispatcher's affair.
    opened_promise on_open();
    pool_status status(bool with_connections) const;
    void on_release(const release_session& message);
    void on_cancel();
    void on_drain();
    closed_promise on_close();
    watch_promise on_watch();

    // From its sessions.
    void on_session_opened(session_opened& message);
    void on_session_idle(const session_idle& message);
    void on_session_closed(const session_closed& message);
    result_promise on_returned(returned_request& message);
    void on_down(const caf::down_msg& message);

    // From its alarms.
    void on_deadline(const deadline_due& message);
    void on_reopen(const reopen_slot& message) { keeper_.on_reopen(message); }

    request_dispatcher& dispatcher() { return dispatcher_; }

private:
    using time_point = caf::actor_clock::time_point;

    time_point now() const { return self_->clock().now(); }
    void free(pool_slot& slot);
    void first_try_ended(pool_slot& slot, const protocol::failure& failure);
    void replace_overdue();
    void note_availability();
    void fail_fast_if_due();
    void begin_opening();
    void fail_for_good(const protocol::failure& last);
    void finish_opening_if_done();
    void finish_closing_if_done();

    self_pointer self_;
    config::pool_settings settings_;
    connection_watcher_actor watcher_;
    session_table slots_;
    alarms alarms_;
    session_keeper keeper_;
    request_dispatcher dispatcher_;
    availability availability_;

    std::vector<opened_promise> opening_; // Askers without an answer.
    std::optional<pool_opened> opened_with_;
    std::vector<closed_promise> closing_; // Likewise.
    std::vector<watch_promise> watches_;
    std::optional<pool_failed> failed_;
    bool opened_ = false;    // Was told to open.
    bool cancelled_ = false; // Takes no requests any more.
    bool closed_ = false;    // Waits for its sessions to close.
    close_reason close_reason_ = close_reason::normal;

    std::uint64_t untried_ = 0;                // Slots whose first try is still under way.
    std::vector<failure_count> open_failures_; // Of the tries that failed.
    std::uint64_t late_frames_ = 0;
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
