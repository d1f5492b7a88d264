#include "actors/pool_supervisor.hpp"

#include "actors/pool_failures.hpp"
#include "actors/session.hpp"
#include "report/connection_label.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace avatar {
namespace {

/// Kinds of failure told apart by their text; further ones by their code.
constexpr std::size_t kinds_by_text = 10;

void count_failure(std::vector<failure_count>& kinds, const protocol::failure& failure) {
    const auto text = describe(failure);
    const bool many = kinds.size() >= kinds_by_text;
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const failure_count& kind) {
        return many ? kind.sample.code == failure.code : describe(kind.sample) == text;
    });
    if (same == kinds.end())
        kinds.push_back({failure, 1});
    else
        ++same->count;
}

} // namespace

pool_supervisor_actor::behavior_type
pool_supervisor(pool_supervisor_actor::stateful_pointer<pool_supervisor_state> self,
                config::pool_settings settings, transport::channel_factory make_channel,
                connection_watcher_actor watcher) {
    auto& state = self->state;
    state.start(settings, std::move(make_channel), std::move(watcher));
    self->set_down_handler([&](caf::down_msg& message) { state.on_session_failed(message); });
    return {
        [&](session_opened& message) { state.on_session_opened(message); },
        [&](const session_idle& message) { state.on_session_idle(message); },
        [&](session_closed& message) { state.on_session_closed(message); },
        [&](open_pool) { return state.on_open(); },
        [&](audio_request& request) { return state.on_request(request); },
        [&](get_pool_status message) { return state.status(message.with_connections); },
        [&](const interrupt_request& message) { state.on_interrupt(message); },
        [&](cancel_requests) { state.on_cancel(); },
        [&](close_pool) { return state.on_close(); },
        [&](deadline_due message) { state.on_deadline(message.of); },
        [&](const reopen_slot& message) { state.on_reopen(message); },
    };
}

void pool_supervisor_state::start(const config::pool_settings& settings,
                                  transport::channel_factory make_channel,
                                  connection_watcher_actor watcher) {
    settings_ = settings;
    make_channel_ = std::move(make_channel);
    watcher_ = std::move(watcher);
    slots_ = std::make_unique<session_table>(settings.size);
}

// -- opening and closing ---------------------------------------------------------

pool_supervisor_state::opened_promise pool_supervisor_state::on_open() {
    opening_ = self_->make_response_promise<pool_opened>();
    auto promise = opening_;
    untried_ = slots_->size();
    for (std::size_t i = 0; i < slots_->size() && !cancelled_; ++i)
        open_slot(slots_->at(i));
    finish_opening_if_done();
    return promise;
}

void pool_supervisor_state::first_try_ended(pool_slot& slot, const protocol::failure& failure) {
    if (std::exchange(slot.tried, true))
        return;
    --untried_;
    if (failure)
        count_failure(open_failures_, failure);
    if (watcher_)
        self_->send(watcher_, connection_tried{slot.key.slot, slot.connection_id, failure});
    finish_opening_if_done();
}

void pool_supervisor_state::finish_opening_if_done() {
    if (!opening_.pending() || (untried_ > 0 && !cancelled_))
        return;
    opening_.deliver(pool_opened{status(false).connected, slots_->size(), std::move(open_failures_),
                                 /*cancelled=*/untried_ > 0});
}

void pool_supervisor_state::on_cancel() {
    cancelled_ = true;
    waiting_.refuse_all(request_was_cancelled(), self_->clock().now());
    while (slots_->count(slot_phase::busy) > 0)
        give_up(slots_->front(slot_phase::busy), request_was_cancelled(), /*await_service=*/false);
    finish_opening_if_done();
}

pool_supervisor_state::closed_promise pool_supervisor_state::on_close() {
    on_cancel();
    closed_ = true;
    closing_ = self_->make_response_promise<pool_closed>();
    auto promise = closing_;
    for (std::size_t i = 0; i < slots_->size(); ++i)
        if (const auto& slot = slots_->at(i); slot.phase != slot_phase::down)
            self_->send(slot.session, close_session{});
    finish_closing_if_done();
    return promise;
}

void pool_supervisor_state::finish_closing_if_done() {
    if (!closed_ || slots_->count(slot_phase::down) < slots_->size() || retiring_ > 0)
        return;
    closing_.deliver(pool_closed{});
    self_->quit();
}

// -- sessions ----------------------------------------------------------------------

void pool_supervisor_state::open_slot(pool_slot& slot) {
    ++slot.key.generation;
    slot.connection_id.clear();
    slot.requests = 0;
    slots_->move(slot, slot_phase::opening);
    slot.session =
        self_->spawn<caf::monitored>(session, slot.key, session_owner_actor(self_), make_channel_);
}

void pool_supervisor_state::on_session_opened(session_opened& message) {
    auto* slot = slots_->find(message.key);
    if (!slot)
        return;
    slot->connection_id = std::move(message.connection_id);
    slot->opened_at = self_->clock().now();
    give_work(*slot);
    first_try_ended(*slot, {});
}

void pool_supervisor_state::on_session_idle(const session_idle& message) {
    late_frames_ += message.late_frames;
    if (auto* slot = slots_->find(message.key))
        give_work(*slot);
}

void pool_supervisor_state::on_session_closed(session_closed& message) {
    late_frames_ += message.late_frames;
    auto* slot = slots_->find(message.key);
    if (!slot) {
        if (retiring_ > 0)
            --retiring_;
        return finish_closing_if_done();
    }
    const bool was_open = slot->phase != slot_phase::opening;
    const auto connection_id = std::exchange(slot->connection_id, {});
    slot->session = nullptr;
    slots_->move(*slot, slot_phase::down);
    if (closed_)
        return finish_closing_if_done();
    if (was_open) {
        spdlog::warn("connection {} was lost, replacing it: {}",
                     report::connection_label(connection_id), describe(message.failure));
        replace_lost(*slot);
    } else {
        reopen_later(*slot);
    }
    first_try_ended(*slot, message.failure);
}

void pool_supervisor_state::on_session_failed(const caf::down_msg& message) {
    if (message.reason == caf::exit_reason::unreachable)
        return; // Let go of after it had said `session_closed`.
    spdlog::error("a session's actor failed: {}", self_->system().render(message.reason));
    session_closed closed;
    closed.failure = session_actor_failed();
    for (std::size_t i = 0; i < slots_->size(); ++i)
        if (const auto& slot = slots_->at(i); slot.session && slot.session == message.source)
            closed.key = slot.key;
    on_session_closed(closed); // With no such slot: one that was retiring.
}

/// At once, unless it was lost as soon as it was open: a service that does so
/// would be asked again and again without a pause.
void pool_supervisor_state::replace_lost(pool_slot& slot) {
    ++replaced_;
    if (self_->clock().now() - slot.opened_at < settings_.reconnect_min)
        return reopen_later(slot);
    slot.pause = {};
    open_slot(slot);
}

void pool_supervisor_state::reopen_later(pool_slot& slot) {
    const std::chrono::nanoseconds least = settings_.reconnect_min;
    const std::chrono::nanoseconds most = settings_.reconnect_max;
    slot.pause = std::clamp(2 * slot.pause, least, most);
    self_->delayed_send(self_, slot.pause, reopen_slot{slot.key});
}

void pool_supervisor_state::on_reopen(const reopen_slot& message) {
    auto* slot = slots_->find(message.key);
    if (slot && slot->phase == slot_phase::down && !closed_)
        open_slot(*slot);
}

// -- requests ------------------------------------------------------------------------

pool_supervisor_state::result_promise pool_supervisor_state::on_request(audio_request& request) {
    const auto now = self_->clock().now();
    auto promise = self_->make_response_promise<audio_result>();
    pooled_request next{promise, std::move(request), now};
    if (cancelled_) {
        next.refuse(request_was_cancelled(), now);
    } else if (slots_->count(slot_phase::idle) > 0) {
        dispatch(slots_->front(slot_phase::idle), std::move(next));
    } else if (waiting_.size() >= settings_.max_waiting) {
        next.refuse(queue_was_full(settings_.max_waiting), now);
    } else {
        waiting_.push(std::move(next));
        set_alarm(deadline_due::queue::waiting, now + settings_.borrow_timeout);
    }
    return promise;
}

void pool_supervisor_state::give_work(pool_slot& slot) {
    if (waiting_.empty())
        return slots_->move(slot, slot_phase::idle);
    dispatch(slot, waiting_.pop());
}

void pool_supervisor_state::dispatch(pool_slot& slot, pooled_request next) {
    const auto now = self_->clock().now();
    slot.request_id = next.request.request_id;
    next.delegate_to(slot.session, now);
    ++slot.requests;
    ++served_;
    slot.deadline = now + settings_.request_timeout;
    slots_->move(slot, slot_phase::busy);
    set_alarm(deadline_due::queue::busy, slot.deadline);
}

void pool_supervisor_state::on_interrupt(const interrupt_request& message) {
    if (auto waiting = waiting_.take(message.request_id))
        waiting->refuse(request_was_interrupted(), self_->clock().now());
    else if (auto* slot = slots_->find_busy(message.request_id))
        give_up(*slot, request_was_interrupted(), /*await_service=*/false);
}

void pool_supervisor_state::give_up(pool_slot& slot, protocol::failure why, bool await_service) {
    self_->send(slot.session, give_up_request{slot.request_id, std::move(why), await_service});
    slot.deadline = self_->clock().now() + settings_.late_timeout;
    slots_->move(slot, slot_phase::late);
    set_alarm(deadline_due::queue::late, slot.deadline);
}

// -- deadlines -----------------------------------------------------------------------

void pool_supervisor_state::on_deadline(deadline_due::queue queue) {
    alarm_set_[static_cast<std::size_t>(queue)] = false;
    if (cancelled_)
        return; // Every request has its answer, and no session is replaced any more.
    const auto now = self_->clock().now();
    switch (queue) {
    case deadline_due::queue::waiting:
        return expire_waiting(now);
    case deadline_due::queue::busy:
        return expire_busy(now);
    case deadline_due::queue::late:
        return expire_late(now);
    }
}

void pool_supervisor_state::expire_waiting(time_point now) {
    while (!waiting_.empty()) {
        const auto deadline = waiting_.front_since() + settings_.borrow_timeout;
        if (deadline > now)
            return set_alarm(deadline_due::queue::waiting, deadline);
        waiting_.pop().refuse(no_session_in_time(settings_.borrow_timeout), now);
    }
}

void pool_supervisor_state::expire_busy(time_point now) {
    while (slots_->count(slot_phase::busy) > 0) {
        auto& slot = slots_->front(slot_phase::busy);
        if (slot.deadline > now)
            return set_alarm(deadline_due::queue::busy, slot.deadline);
        give_up(slot, not_finished_in_time(settings_.request_timeout), /*await_service=*/true);
    }
}

void pool_supervisor_state::expire_late(time_point now) {
    while (slots_->count(slot_phase::late) > 0) {
        auto& slot = slots_->front(slot_phase::late);
        if (slot.deadline > now)
            return set_alarm(deadline_due::queue::late, slot.deadline);
        spdlog::warn("connection {} did not finish a request given up, replacing it",
                     report::connection_label(slot.connection_id));
        self_->send(slot.session, close_session{});
        ++retiring_;
        ++replaced_;
        open_slot(slot);
    }
}

void pool_supervisor_state::set_alarm(deadline_due::queue queue, time_point when) {
    if (!std::exchange(alarm_set_[static_cast<std::size_t>(queue)], true))
        self_->scheduled_send(self_, when, deadline_due{queue});
}

// -- what it looks like from outside -------------------------------------------------

pool_status pool_supervisor_state::status(bool with_connections) const {
    pool_status status;
    status.size = slots_->size();
    status.available = slots_->count(slot_phase::idle);
    status.connected =
        status.available + slots_->count(slot_phase::busy) + slots_->count(slot_phase::late);
    status.waiting = waiting_.size();
    status.served = served_;
    status.replaced = replaced_;
    status.late_frames = late_frames_;
    if (!with_connections)
        return status;
    const auto now = self_->clock().now();
    for (std::size_t i = 0; i < slots_->size(); ++i)
        if (const auto& slot = slots_->at(i); !slot.connection_id.empty())
            status.connections.push_back({slot.connection_id, slot.requests, now - slot.opened_at});
    return status;
}

} // namespace avatar
