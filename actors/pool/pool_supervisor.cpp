#include "actors/pool/pool_supervisor.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/failure_kinds.hpp"
#include "actors/pool/pool_failures.hpp"
#include "report/connection_label.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {

pool_supervisor_actor::behavior_type
pool_supervisor(pool_supervisor_actor::stateful_pointer<pool_supervisor_box> self, pool_plan plan) {
    name_exceptions(self);
    check(plan);
    self->state.state = std::make_unique<pool_supervisor_state>(self, std::move(plan));
    auto& state = *self->state.state;
    auto& dispatcher = state.dispatcher();
    self->set_down_handler([&](caf::down_msg& message) { state.on_down(message); });
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [&](audio_request& request) { return dispatcher.on_request(request); },
        [&](const session_idle& message) { state.on_session_idle(message); },
        [&](session_opened& message) { state.on_session_opened(message); },
        [&](const request_failed& message) { dispatcher.on_request_failed(message); },
        [&](returned_request& message) { return state.on_returned(message); },
        [&](const session_closed& message) { state.on_session_closed(message); },
        [&](open_pool) { return state.on_open(); },
        [&](get_pool_status message) { return state.status(message.with_connections); },
        [&](const interrupt_request& message) { dispatcher.on_interrupt(message); },
        [&](acquire_session& message) { return dispatcher.on_acquire(message); },
        [&](const release_session& message) { state.on_release(message); },
        [&](cancel_requests) { state.on_cancel(); },
        [&](drain_pool) { state.on_drain(); },
        [&](close_pool) { return state.on_close(); },
        [&](watch_pool) { return state.on_watch(); },
        [&](const deadline_due& message) { state.on_deadline(message); },
        [&](const reopen_slot& message) { state.on_reopen(message); },
    };
}

pool_supervisor_state::pool_supervisor_state(self_pointer self, pool_plan plan)
    : self_(self),
      settings_(plan.settings),
      watcher_(std::move(plan.watcher)),
      slots_(plan.settings.size),
      alarms_(self),
      keeper_(self, settings_, slots_, alarms_, std::move(plan.make_channel), plan.seed),
      dispatcher_(self, settings_, slots_, alarms_) {}

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
    untried_ = slots_.size();
    if (!cancelled_)
        keeper_.open_all();
    note_availability();
}

void pool_supervisor_state::first_try_ended(pool_slot& slot, const protocol::failure& failure) {
    if (std::exchange(slot.tried, true))
        return;
    --untried_;
    if (failure)
        count_failure(open_failures_, failure);
    if (watcher_)
        self_->send(watcher_, connection_tried{slot.number, slot.session.connection_id, failure});
    finish_opening_if_done();
}

void pool_supervisor_state::finish_opening_if_done() {
    if (!opened_ || (untried_ > 0 && !cancelled_))
        return;
    if (!opened_with_)
        opened_with_ = pool_opened{slots_.connected(), slots_.size(), std::move(open_failures_),
                                   /*cancelled=*/untried_ > 0};
    for (auto& asker : std::exchange(opening_, {}))
        asker.deliver(*opened_with_);
}

// -- sessions ----------------------------------------------------------------------

void pool_supervisor_state::on_session_opened(session_opened& message) {
    auto* slot = keeper_.on_opened(message);
    if (!slot)
        return;
    free(*slot);
    note_availability();
    first_try_ended(*slot, {});
}

void pool_supervisor_state::on_session_idle(const session_idle& message) {
    late_frames_ += message.late_frames;
    if (auto* slot = dispatcher_.on_idle(message))
        free(*slot);
}

pool_supervisor_state::result_promise
pool_supervisor_state::on_returned(returned_request& message) {
    auto promise = dispatcher_.on_returned(message);
    finish_closing_if_done();
    return promise;
}

void pool_supervisor_state::on_session_closed(const session_closed& message) {
    late_frames_ += message.late_frames;
    auto* slot = slots_.find(message.key);
    if (slot) {
        dispatcher_.session_lost(*slot);
        if (slot->phase != slot_phase::opening && !keeper_.stopped())
            spdlog::warn("connection [{}] was lost, replacing it: {}",
                         report::connection_label(slot->session.connection_id),
                         describe(message.failure));
    }
    if (message.crashed)
        spdlog::error("{}", describe(message.failure));
    keeper_.on_closed(message);
    if (keeper_.too_many_crashes())
        fail_for_good(message.failure);
    if (slot && slot->phase == slot_phase::idle)
        free(*slot); // With the successor it had.
    note_availability();
    if (slot)
        first_try_ended(*slot, message.failure);
    finish_closing_if_done();
}

void pool_supervisor_state::on_down(const caf::down_msg& message) {
    dispatcher_.on_borrower_down(message.source);
    if (const auto ended = keeper_.on_down(message.source)) {
        if (ended->silent)
            on_session_closed({ended->key, session_actor_failed(ended_from_outside), 0,
                               /*crashed=*/true});
        dispatcher_.never_returns(ended->key);
        finish_closing_if_done();
    }
}

/// The slot has no request now.
void pool_supervisor_state::free(pool_slot& slot) {
    keeper_.take_over_if_free(slot);
    dispatcher_.on_session_available(slot);
}

void pool_supervisor_state::on_release(const release_session& message) {
    if (auto* slot = dispatcher_.on_release(message))
        free(*slot);
}

void pool_supervisor_state::replace_overdue() {
    while (auto* slot = dispatcher_.next_overdue()) {
        spdlog::warn("connection [{}] failed the health check, replacing it",
                     report::connection_label(slot->session.connection_id));
        dispatcher_.session_lost(*slot);
        keeper_.replace(*slot);
        if (slot->phase == slot_phase::idle)
            free(*slot);
    }
    note_availability();
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

/// There may have been a connection since the alarm was set.
void pool_supervisor_state::fail_fast_if_due() {
    const auto since = availability_.down_since();
    if (!since)
        return;
    const auto due = *since + settings_.fail_fast_after;
    if (due > now())
        return alarms_.set(alarms::kind::fail_fast, due);
    dispatcher_.fail_fast(no_session_is_up(settings_.fail_fast_after, keeper_.last_failure()));
}

void pool_supervisor_state::fail_for_good(const protocol::failure& last) {
    if (failed_)
        return;
    failed_ = pool_failed{
        pool_has_failed(settings_.max_restarts, settings_.restart_window, describe(last))};
    spdlog::error("{}", describe(failed_->failure));
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
    alarms_.set(alarms::kind::drain, now() + settings_.drain_timeout);
    finish_opening_if_done();
}

pool_supervisor_state::closed_promise pool_supervisor_state::on_close() {
    auto promise = self_->make_response_promise<pool_closed>();
    closing_.push_back(promise);
    on_cancel();
    if (!std::exchange(closed_, true))
        keeper_.close_all(close_reason_);
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

// -- alarms ------------------------------------------------------------------------

void pool_supervisor_state::on_deadline(const deadline_due& message) {
    if (!alarms_.came(message, now()))
        return;
    switch (message.of) {
    case deadline_due::kind::waiting:
        return dispatcher_.expire_waiting();
    case deadline_due::kind::busy:
        return dispatcher_.expire_busy();
    case deadline_due::kind::lease:
        return dispatcher_.expire_leases();
    case deadline_due::kind::late:
        return keeper_.stopped() ? void() : replace_overdue();
    case deadline_due::kind::connect:
    case deadline_due::kind::renewal:
        return keeper_.begin_due();
    case deadline_due::kind::fail_fast:
        return fail_fast_if_due();
    case deadline_due::kind::drain:
        return on_cancel();
    }
}

// -- what it looks like from outside -------------------------------------------------

pool_status pool_supervisor_state::status(bool with_connections) const {
    pool_status status;
    status.size = slots_.size();
    status.connected = slots_.connected();
    status.available = slots_.count(slot_phase::idle);
    status.leased = slots_.count(slot_phase::leased);
    status.waiting = dispatcher_.waiting();
    status.served = dispatcher_.served();
    status.retried = dispatcher_.retried();
    status.replaced = keeper_.replaced();
    status.renewed = keeper_.renewed();
    status.crashed = keeper_.crashed();
    status.late_frames = late_frames_;
    status.longest_below_size = availability_.longest_below(now());
    status.requests = dispatcher_.ledger();
    if (!with_connections)
        return status;
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (const auto& session = slots_.at(i).session; !session.connection_id.empty())
            status.connections.push_back(
                {session.connection_id, session.requests, now() - session.opened});
    return status;
}

} // namespace avatar
