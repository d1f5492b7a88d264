#pragma once

#include "actors/request_queue.hpp"
#include "actors/session_table.hpp"
#include "config/settings.hpp"
#include "messages/actors.hpp"
#include "transport/channel.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace avatar {

/// A pool's own state: its slots, the requests that wait for one, and the
/// deadlines of both. Every queue is ordered by deadline, because all requests
/// have the same limits; so one alarm for each queue is enough, however many
/// requests there are.
class pool_supervisor_state {
public:
    using self_pointer = pool_supervisor_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using opened_promise = caf::typed_response_promise<pool_opened>;
    using closed_promise = caf::typed_response_promise<pool_closed>;

    explicit pool_supervisor_state(self_pointer self) : self_(self) {}

    void start(const config::pool_settings& settings, transport::channel_factory make_channel,
               connection_watcher_actor watcher);

    // From the pool's users.
    opened_promise on_open();
    result_promise on_request(audio_request& request);
    pool_status status(bool with_connections) const;
    void on_interrupt(const interrupt_request& message);
    void on_cancel();
    closed_promise on_close();

    // From its sessions.
    void on_session_opened(session_opened& message);
    void on_session_idle(const session_idle& message);
    void on_session_closed(session_closed& message);
    void on_session_failed(const caf::down_msg& message);

    // From its alarms.
    void on_deadline(deadline_due::queue queue);
    void on_reopen(const reopen_slot& message);

    const char* name = "pool_supervisor";

private:
    using time_point = caf::actor_clock::time_point;

    // Sessions.
    void open_slot(pool_slot& slot);
    void reopen_later(pool_slot& slot);
    void replace_lost(pool_slot& slot);
    void first_try_ended(pool_slot& slot, const protocol::failure& failure);
    void finish_opening_if_done();
    void finish_closing_if_done();

    // Requests.
    void give_work(pool_slot& slot);
    void dispatch(pool_slot& slot, pooled_request next);
    void give_up(pool_slot& slot, protocol::failure why, bool await_service);

    // Deadlines.
    void expire_waiting(time_point now);
    void expire_busy(time_point now);
    void expire_late(time_point now);
    void set_alarm(deadline_due::queue queue, time_point when);

    self_pointer self_;
    config::pool_settings settings_;
    transport::channel_factory make_channel_;
    connection_watcher_actor watcher_;

    std::unique_ptr<session_table> slots_;
    request_queue waiting_;
    std::array<bool, 3> alarm_set_{}; // By deadline_due::queue.

    opened_promise opening_;
    closed_promise closing_;
    bool cancelled_ = false; // Takes no requests any more.
    bool closed_ = false;    // Opens no sessions any more.

    std::uint64_t untried_ = 0;                // Slots whose first try is still under way.
    std::vector<failure_count> open_failures_; // Of the tries that failed.
    std::uint64_t retiring_ = 0;               // Sessions replaced already, but not closed yet.
    std::uint64_t served_ = 0;
    std::uint64_t replaced_ = 0;
    std::uint64_t late_frames_ = 0;
};

/// Behaviour of a pool that, once told to open, keeps `settings.size` sessions
/// on channels from `make_channel`, and tells `watcher` how each one's first try
/// ended. It ends after `pool_closed`.
pool_supervisor_actor::behavior_type
pool_supervisor(pool_supervisor_actor::stateful_pointer<pool_supervisor_state> self,
                config::pool_settings settings, transport::channel_factory make_channel,
                connection_watcher_actor watcher);

} // namespace avatar
