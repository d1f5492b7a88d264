#include "actors/pool/pool_supervisor.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"
#include "actors/pool/reconnect_rules.hpp"
#include "report/connection_label.hpp"
#include "transport/logger.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {

pool_supervisor_actor::behavior_type
pool_supervisor(pool_supervisor_actor::stateful_pointer<pool_supervisor_box> self, pool_plan plan) {
    name_exceptions(self);
    check(plan);
    self->state.state = std::make_unique<pool_supervisor_state>(self, std::move(plan));
    return self->state.state->behavior();
}

pool_supervisor_state::pool_supervisor_state(self_pointer self, pool_plan plan)
    : self_(self),
      settings_(plan.settings),
      open_timeout_(plan.open_timeout),
      watcher_(std::move(plan.watcher)),
      // Later: it may be in the middle of a change.
      policy_(std::move(plan.policy_name), plan.make_policy,
              [self](const protocol::failure& why) { self->send(self, pool_failed{why}); }),
      slots_(plan.settings.size, *this),
      timers_(self),
      keeper_(self, settings_, slots_, timers_, plan),
      dispatcher_(self, settings_, slots_, timers_, policy_, std::move(plan.session_name)),
      first_connects_(plan.settings.size),
      restarts_(plan.settings.max_restarts, plan.settings.restart_window) {
    if (policy_)
        slots_.tell(policy_);
    self->set_down_handler([this](caf::down_msg& message) { on_down(message); });
}

pool_supervisor_actor::behavior_type pool_supervisor_state::behavior() {
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [this](audio_request& request) { return dispatcher_.on_request(request); },
        [this](const session_idle& message) { on_session_idle(message); },
        [this](session_opened& message) { on_session_opened(message); },
        [this](const request_failed& message) { dispatcher_.on_request_failed(message); },
        [this](const request_paused& message) { dispatcher_.on_request_paused(message); },
        [this](returned_request& message) { return on_returned(message); },
        [this](const session_closed& message) { on_session_closed(message); },
        [this](open_pool) { return on_open(); },
        [this](get_pool_status message) { return status(message.with_connections); },
        [this](const interrupt_request& message) { dispatcher_.on_interrupt(message); },
        [this](acquire_session& message) { return dispatcher_.on_acquire(message); },
        [this](const release_session& message) { dispatcher_.on_release(message); },
        [this](cancel_requests) { on_cancel(); },
        [this](drain_pool) { on_drain(); },
        [this](close_pool) { return on_close(); },
        [this](watch_pool) { return on_watch(); },
        [this](const deadline_due& message) { on_deadline(message); },
        [this](const reconnect_slot& message) { keeper_.on_reconnect(message); },
        [this](const pool_failed& message) { fail_for_good(message.failure); },
    };
}

// -- opening -----------------------------------------------------------------------

pool_supervisor_state::opened_promise pool_supervisor_state::on_open() {
    auto promise = self_->make_response_promise<pool_opened>();
    opening_.push_back(promise);
    if (!std::exchange(opened_, true))
        begin_opening();
    finish_opening_if_done();
    return promise;
}

void pool_supervisor_state::begin_opening() {
    if (!cancelled_)
        keeper_.connect_all();
    note_availability();
}

void pool_supervisor_state::first_connect_ended(const pool_slot& slot,
                                                const protocol::failure& failure) {
    if (!first_connects_.end(slot.number, failure))
        return;
    if (watcher_)
        self_->send(watcher_, connection_tried{slot.number, slot.session.connection_id, failure});
    finish_opening_if_done();
}

void pool_supervisor_state::finish_opening_if_done() {
    const bool tried_all = first_connects_.under_way() == 0;
    if (!opened_ || (!tried_all && !cancelled_))
        return;
    if (!opened_with_) {
        opened_with_ = pool_opened{slots_.connected(), slots_.size(), first_connects_.failures(),
                                   /*cancelled=*/!tried_all};
        if (failed_ && opened_with_->failures.empty())
            opened_with_->failures.push_back({failed_->failure, slots_.size()});
    }
    for (auto& asker : std::exchange(opening_, {}))
        asker.deliver(*opened_with_);
}

// -- sessions ----------------------------------------------------------------------

void pool_supervisor_state::on_session_opened(session_opened& message) {
    keeper_.on_session_opened(message);
    note_availability();
}

void pool_supervisor_state::on_session_idle(const session_idle& message) {
    late_frames_ += message.late_frames;
    dispatcher_.on_session_idle(message);
}

pool_supervisor_state::result_promise
pool_supervisor_state::on_returned(returned_request& message) {
    if (message.silent) // Before another one is chosen.
        keeper_.check_available();
    auto promise = dispatcher_.on_returned(message);
    finish_closing_if_done();
    return promise;
}

void pool_supervisor_state::on_session_closed(const session_closed& message) {
    late_frames_ += message.late_frames;
    if (message.silent)
        keeper_.check_available();
    if (const auto* renewed = slots_.find_successor(message.key))
        add_connected_time(*renewed->successor);
    if (message.failure)
        last_failure_ = message.failure;
    const auto* slot = slots_.find(message.key);
    if (slot && slot->session.phase != session_phase::connecting && !keeper_.stopped())
        transport::logger().warn("connection [{}] was lost, replacing it: {}",
                                 report::connection_label(slot->session.connection_id),
                                 describe(message.failure));
    keeper_.on_session_closed(message);
    if (message.crashed)
        note_crash(message.failure);
    if (time_to_reconnect(message.failure, true) == reconnect_time::never)
        fail_for_good(message.failure);
    note_availability();
    if (slot)
        first_connect_ended(*slot, message.failure);
    finish_closing_if_done();
}

void pool_supervisor_state::on_down(const caf::down_msg& message) {
    dispatcher_.on_actor_down(message.source);
    if (const auto ended = keeper_.on_down(message.source, message.reason)) {
        if (ended->silent)
            on_session_closed({ended->key, ended->why, 0, /*crashed=*/true});
        dispatcher_.on_session_ended(ended->key, ended->why);
        finish_closing_if_done();
    }
}

void pool_supervisor_state::end_unopened() {
    while (const auto late = keeper_.end_unopened())
        on_session_closed({*late, session_has_not_opened(open_timeout_), 0});
}

void pool_supervisor_state::on_session_opened(const pool_slot& slot) {
    first_connect_ended(slot, {});
}

void pool_supervisor_state::on_session_available(const pool_slot& slot) {
    if (keeper_.closes_for_renewal(slot))
        return;
    dispatcher_.on_session_available(slot);
}

void pool_supervisor_state::on_session_draining(const pool_slot& slot) {
    keeper_.on_session_draining(slot);
}

void pool_supervisor_state::on_session_lost(const pool_slot& slot, const pooled_session& lost) {
    add_connected_time(lost);
    dispatcher_.on_session_lost(slot, lost);
}

void pool_supervisor_state::on_session_renewed(const pool_slot& slot,
                                               const pooled_session& former) {
    add_connected_time(former);
    keeper_.on_session_renewed(slot, former);
}

/// It is counted no more among those that are there.
void pool_supervisor_state::add_connected_time(const pooled_session& ended) {
    if (ended.is_open())
        past_connected_ +=
            std::chrono::duration_cast<std::chrono::milliseconds>(now() - ended.opened);
}

std::uint64_t pool_supervisor_state::session_ms() const {
    auto all = past_connected_;
    const auto add = [&](const pooled_session& session) {
        if (session.is_open())
            all += std::chrono::duration_cast<std::chrono::milliseconds>(now() - session.opened);
    };
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        add(slots_.at(i).session);
        if (const auto& successor = slots_.at(i).successor)
            add(*successor);
    }
    return static_cast<std::uint64_t>(all.count());
}

// -- when too much goes wrong --------------------------------------------------------

void pool_supervisor_state::note_availability() {
    if (keeper_.stopped())
        return;
    availability_.note(slots_.connected(), slots_.size(), now());
    if (availability_.down_since())
        fail_fast_if_due();
    else
        dispatcher_.resume();
}

/// There may have been a connection since the timer was set.
void pool_supervisor_state::fail_fast_if_due() {
    const auto since = availability_.down_since();
    if (!since)
        return;
    const auto due = *since + settings_.fail_fast_after;
    if (due > now())
        return timers_.set(pool_timers::kind::fail_fast, due);
    dispatcher_.fail_fast(no_session_is_up(settings_.fail_fast_after, last_failure_));
}

void pool_supervisor_state::note_crash(const protocol::failure& failure) {
    ++crashed_;
    transport::logger().error("{}", describe(failure));
    if (!restarts_.allows_another(now()))
        fail_for_good(
            pool_has_failed(settings_.max_restarts, settings_.restart_window, describe(failure)));
}

void pool_supervisor_state::fail_for_good(protocol::failure why) {
    if (failed_)
        return;
    failed_ = pool_failed{std::move(why)};
    transport::logger().error("{}", describe(failed_->failure));
    cancelled_ = true;
    keeper_.stop();
    dispatcher_.stop(failed_->failure);
    dispatcher_.cancel_running(failed_->failure);
    for (auto& watch : std::exchange(watches_, {}))
        watch.deliver(*failed_);
    finish_opening_if_done();
}

pool_supervisor_state::watch_promise pool_supervisor_state::on_watch() {
    auto promise = self_->make_response_promise<pool_failed>();
    if (failed_)
        promise.deliver(*failed_);
    else
        watches_.push_back(promise);
    return promise;
}

// -- ending ------------------------------------------------------------------------

void pool_supervisor_state::on_cancel() {
    if (!std::exchange(cancelled_, true))
        dispatcher_.stop(request_was_cancelled());
    dispatcher_.cancel_running(request_was_cancelled());
    finish_opening_if_done();
}

void pool_supervisor_state::on_drain() {
    close_reason_ = close_reason::going_away;
    keeper_.stop();
    if (!std::exchange(cancelled_, true))
        dispatcher_.stop(request_was_cancelled());
    timers_.set(pool_timers::kind::drain, now() + settings_.drain_timeout);
    finish_opening_if_done();
}

pool_supervisor_state::closed_promise pool_supervisor_state::on_close() {
    auto promise = self_->make_response_promise<pool_closed>();
    closing_.push_back(promise);
    on_cancel();
    if (!std::exchange(closed_, true)) {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (const auto& successor = slots_.at(i).successor)
                add_connected_time(*successor);
        keeper_.close_all(close_reason_);
    }
    finish_closing_if_done();
    return promise;
}

void pool_supervisor_state::finish_closing_if_done() {
    if (!closed_ || !keeper_.all_closed() || dispatcher_.running() > 0)
        return;
    for (auto& asker : std::exchange(closing_, {}))
        asker.deliver(pool_closed{});
    self_->quit();
}

// -- timers ------------------------------------------------------------------------

void pool_supervisor_state::on_deadline(const deadline_due& message) {
    if (!timers_.came(message, now()))
        return;
    switch (message.of) {
    case deadline_due::kind::waiting:
        return dispatcher_.expire_waiting();
    case deadline_due::kind::busy:
        return dispatcher_.expire_busy();
    case deadline_due::kind::request:
        return dispatcher_.expire_requests();
    case deadline_due::kind::lease:
        return dispatcher_.expire_leases();
    case deadline_due::kind::health:
        keeper_.replace_unhealthy();
        return note_availability();
    case deadline_due::kind::connect:
    case deadline_due::kind::renewal:
        return keeper_.connect_due();
    case deadline_due::kind::limit:
        return keeper_.try_beyond_limit();
    case deadline_due::kind::fail_fast:
        return fail_fast_if_due();
    case deadline_due::kind::drain:
        return on_cancel();
    case deadline_due::kind::opening:
        return end_unopened();
    case deadline_due::kind::closing:
        return keeper_.end_unclosed();
    }
}

// -- what it looks like from outside -------------------------------------------------

pool_status pool_supervisor_state::status(bool with_connections) const {
    pool_status status;
    status.size = slots_.size();
    status.connected = slots_.connected();
    status.available = slots_.available();
    status.leased = slots_.count(session_phase::idle) - slots_.available();
    status.waiting = dispatcher_.waiting();
    status.served = dispatcher_.served();
    status.retried = dispatcher_.retried();
    status.replaced = keeper_.replaced();
    status.renewed = keeper_.renewed();
    status.crashed = crashed_;
    status.late_frames = late_frames_;
    status.longest_below_size = availability_.longest_below(now());
    status.requests = dispatcher_.ledger();
    status.session_ms = session_ms();
    if (!with_connections)
        return status;
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (const auto& session = slots_.at(i).session; session.is_open())
            status.connections.push_back(
                {session.connection_id, session.requests, now() - session.opened});
    return status;
}

} // namespace avatar
