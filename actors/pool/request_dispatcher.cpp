#include "actors/pool/request_dispatcher.hpp"

#include "actors/pool/pool_failures.hpp"
#include "report/connection_label.hpp"

#include <caf/actor_cast.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {

// -- entering the pool -------------------------------------------------------------

request_dispatcher::result_promise request_dispatcher::on_request(audio_request& request) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<audio_result>();
    outcomes_.enter();
    const auto present = now();
    auto& open = open_.enter({request.request_id, caller}, present);
    pooled_request next{promise, {std::move(request)}, std::move(caller), present, &open};
    if (const auto* why = refusal())
        refuse(next, *why);
    else if (next.assigned.request.lease != 0)
        assign_to_lease(std::move(next));
    else
        admit(std::move(next));
    return promise;
}

request_dispatcher::lease_promise request_dispatcher::on_acquire(acquire_session& ask) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<lease_granted>();
    pooled_borrower next{promise, std::move(ask.borrower), std::move(caller)};
    if (!next.caller)
        next.refuse(nobody_borrows());
    else if (const auto* why = refusal())
        next.refuse(*why);
    else
        admit(std::move(next));
    return promise;
}

request_dispatcher::~request_dispatcher() {
    refuse_waiting(pool_has_ended());
}

/// To be asked before the promise is made, which takes the sender away.
caf::actor_addr request_dispatcher::current_caller() const {
    return caf::actor_cast<caf::actor_addr>(self_->current_sender());
}

/// Why nobody may enter now; null: anybody may.
const protocol::failure* request_dispatcher::refusal() const {
    if (stopped_)
        return &*stopped_;
    return failing_fast_ ? &*failing_fast_ : nullptr;
}

void request_dispatcher::refuse(pooled_request& request, const protocol::failure& why) {
    request.refuse(why, now());
    end(request.open, why.code);
}

/// Of one that has waited.
void request_dispatcher::refuse(pooled_borrower& borrower, const protocol::failure& why) {
    borrowers_.remove(borrower.caller);
    borrower.refuse(why);
}

/// To an idle session, or into the queue.
void request_dispatcher::admit(waiter who) {
    if (const auto* borrower = std::get_if<pooled_borrower>(&who))
        borrowers_.add(borrower->caller);
    if (slots_.count(slot_phase::idle) > 0) {
        std::visit([&](auto& w) { assign(slots_.front(slot_phase::idle), w); }, who);
    } else if (const auto full = queue_is_full_for(who)) {
        std::visit([&](auto& w) { refuse(w, *full); }, who);
    } else {
        wait_for_session(std::move(who), /*had_its_turn=*/false);
    }
}

void request_dispatcher::wait_for_session(waiter who, bool had_its_turn) {
    const auto* request = std::get_if<pooled_request>(&who);
    auto* open = request ? request->open : nullptr;
    const auto since = now();
    const auto place = had_its_turn ? waiting_.push_front(std::move(who), since)
                                    : waiting_.push(std::move(who), since);
    if (open)
        open->where = place;
    alarms_.set(alarms::kind::waiting, since + settings_.borrow_timeout);
}

/// Why that one may not wait; nothing: it may.
std::optional<protocol::failure> request_dispatcher::queue_is_full_for(const waiter& who) const {
    if (waiting_.size() >= settings_.max_waiting)
        return queue_was_full(settings_.max_waiting);
    const auto* request = std::get_if<pooled_request>(&who);
    if (request &&
        waiting_.audio().bytes_with(request->assigned.request.audio) > settings_.max_waiting_bytes)
        return queue_held_too_much(settings_.max_waiting_bytes);
    return std::nullopt;
}

void request_dispatcher::on_session_available(pool_slot& slot) {
    if (slot.lease != 0)
        return slots_.move(slot, slot_phase::leased);
    if (waiting_.empty())
        return slots_.move(slot, slot_phase::idle);
    auto next = waiting_.pop();
    std::visit([&](auto& w) { assign(slot, w); }, next);
}

void request_dispatcher::assign(pool_slot& slot, pooled_request& next) {
    const auto given = now();
    slot.request = next.open;
    slot.request->where = &slot;
    slot.request->promise = next.promise;
    slot.deadline = given + settings_.request_timeout;
    ++served_;
    ++slot.session.requests;
    slots_.move(slot, slot_phase::busy);
    alarms_.set(alarms::kind::busy, slot.deadline);
    next.delegate_to(slot.session.actor, given);
}

// -- the end of a request ------------------------------------------------------------

void request_dispatcher::answered(const session_key& key, protocol::failure_code outcome) {
    end(take_request(key), outcome);
}

/// Once for each request: without one, the outcome was counted before.
void request_dispatcher::end(open_request* request, protocol::failure_code outcome) {
    if (!request)
        return;
    outcomes_.end(outcome);
    open_.leave(*request);
}

pool_slot* request_dispatcher::on_idle(const session_idle& message) {
    if (message.answered)
        answered(message.key, message.outcome);
    auto* slot = slots_.find(message.key);
    const bool ended = slot && !slot->request &&
                       (slot->phase == slot_phase::busy || slot->phase == slot_phase::late);
    return ended ? slot : nullptr;
}

void request_dispatcher::on_request_failed(const request_failed& message) {
    answered(message.key, message.outcome);
}

void request_dispatcher::never_returns(const session_key& key) {
    const auto lost = lost_.extract(key);
    if (!lost)
        return;
    auto* open = lost.mapped();
    pooled_request unread{open->promise, {}, {}, open->entered, open};
    unread.assigned.request.request_id = open->name.id;
    refuse(unread, open->decided ? *open->decided : session_actor_failed(ended_from_outside));
}

/// The request goes on to another session where that is allowed and some tries are
/// left, before any other of its caller: it had waited its turn.
request_dispatcher::result_promise request_dispatcher::on_returned(returned_request& message) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<audio_result>();
    auto* open = take_request(message.key);
    pooled_request back{promise, std::move(message.assigned), std::move(caller), now(), open};
    const bool undecided = open && !open->decided;
    const bool again = undecided && !refusal() && back.assigned.request.lease == 0 &&
                       back.assigned.tries < settings_.retries &&
                       (!message.accepted || settings_.retry_accepted);
    if (!again) {
        refuse(back, !open || undecided ? message.failure : *open->decided);
        return promise;
    }
    ++back.assigned.tries;
    ++retried_;
    if (slots_.count(slot_phase::idle) > 0) {
        assign(slots_.front(slot_phase::idle), back);
    } else {
        wait_for_session(std::move(back), /*had_its_turn=*/true);
    }
    return promise;
}

/// The request that session had: the pool has it in hand again. Null: it had none.
open_request* request_dispatcher::take_request(const session_key& key) {
    // A slot that is down still has the key of the session it lost.
    if (const auto lost = lost_.extract(key))
        return lost.mapped();
    auto* slot = slots_.find(key);
    return slot ? std::exchange(slot->request, nullptr) : nullptr;
}

void request_dispatcher::session_lost(pool_slot& slot) {
    if (auto* request = std::exchange(slot.request, nullptr)) {
        request->where = open_request::returning{};
        lost_.emplace(slot.session.key, request);
    }
    if (slot.lease == 0)
        return;
    if (const auto ended = end_lease(slot.lease))
        spdlog::warn("connection [{}] was lost while borrowed by [{}]",
                     report::connection_label(slot.session.connection_id), ended->name);
}

// -- cancelling -----------------------------------------------------------------------

/// Means the oldest of that sender's requests with the id.
void request_dispatcher::on_interrupt(const interrupt_request& message) {
    auto* request = open_.oldest({message.request_id, current_caller()});
    if (!request)
        return;
    const auto why = request_was_interrupted();
    if (const auto* slot = std::get_if<pool_slot*>(&request->where))
        return cancel(**slot, why, /*await_service=*/false);
    if (const auto* place = std::get_if<request_queue::place>(&request->where)) {
        auto waiting = std::get<pooled_request>(waiting_.take(*place));
        return refuse(waiting, why);
    }
    open_.decide(*request, why);
}

void request_dispatcher::cancel(pool_slot& slot, const protocol::failure& why, bool await_service) {
    if (slot.request) { // Else its session is about to say that it is idle or gone.
        self_->send(slot.session.actor, cancel_request{slot.request->name.id, why, await_service});
        open_.decide(*slot.request, why);
    }
    await_health(slot);
}

void request_dispatcher::await_health(pool_slot& slot) {
    slot.deadline = now() + settings_.late_timeout;
    slots_.move(slot, slot_phase::late);
    alarms_.set(alarms::kind::late, slot.deadline);
}

void request_dispatcher::cancel_running(const protocol::failure& why) {
    while (slots_.count(slot_phase::busy) > 0)
        cancel(slots_.front(slot_phase::busy), why, /*await_service=*/false);
}

void request_dispatcher::refuse_waiting(const protocol::failure& why) {
    while (!waiting_.empty()) {
        auto next = waiting_.pop_oldest();
        std::visit([&](auto& w) { refuse(w, why); }, next);
    }
}

void request_dispatcher::fail_fast(const protocol::failure& why) {
    failing_fast_ = why;
    refuse_waiting(why);
}

void request_dispatcher::stop(const protocol::failure& why) {
    stopped_ = why;
    refuse_waiting(why);
}

// -- deadlines -----------------------------------------------------------------------

void request_dispatcher::expire_waiting() {
    while (!waiting_.empty()) {
        const auto deadline = waiting_.oldest_since() + settings_.borrow_timeout;
        if (deadline > now())
            return alarms_.set(alarms::kind::waiting, deadline);
        auto expired = waiting_.pop_oldest();
        std::visit([&](auto& w) { refuse(w, no_session_in_time(settings_.borrow_timeout)); },
                   expired);
    }
}

void request_dispatcher::expire_busy() {
    while (slots_.count(slot_phase::busy) > 0) {
        auto& slot = slots_.front(slot_phase::busy);
        if (slot.deadline > now())
            return alarms_.set(alarms::kind::busy, slot.deadline);
        cancel(slot, not_finished_in_time(settings_.request_timeout), /*await_service=*/true);
    }
}

pool_slot* request_dispatcher::next_overdue() {
    if (slots_.count(slot_phase::late) == 0)
        return nullptr;
    auto& slot = slots_.front(slot_phase::late);
    if (slot.deadline <= now())
        return &slot;
    alarms_.set(alarms::kind::late, slot.deadline);
    return nullptr;
}

// -- leases --------------------------------------------------------------------------

void request_dispatcher::assign(pool_slot& slot, pooled_borrower& next) {
    const auto deadline = now() + settings_.max_lease;
    slot.lease = leases_.add({0, slot.number, next.caller, std::move(next.name), deadline});
    slots_.move(slot, slot_phase::leased);
    alarms_.set(alarms::kind::lease, deadline);
    next.promise.deliver(lease_granted{slot.lease, slot.session.connection_id, {}});
}

void request_dispatcher::assign_to_lease(pooled_request request) {
    const auto* lease = leases_.find(request.assigned.request.lease);
    if (!lease || lease->borrower != request.caller)
        return refuse(request, lease_is_over());
    auto& slot = slots_.at(lease->slot);
    if (slot.phase != slot_phase::leased)
        return refuse(request, lease_has_a_request());
    assign(slot, request);
}

pool_slot* request_dispatcher::on_release(const release_session& message) {
    const auto* lease = leases_.find(message.lease);
    if (!lease || lease->borrower != current_caller())
        return nullptr;
    const auto ended = end_lease(message.lease);
    auto& slot = slots_.at(ended->slot);
    return slot.phase == slot_phase::leased ? &slot : nullptr;
}

void request_dispatcher::on_borrower_down(const caf::actor_addr& borrower) {
    if (!borrowers_.watches(borrower))
        return; // A session.
    for (auto& waiting : waiting_.take_borrowers(borrower))
        refuse(waiting, lease_is_over());
    while (const auto* held = leases_.of(borrower))
        revoke(held->number, "which has ended");
}

void request_dispatcher::expire_leases() {
    while (const auto* oldest = leases_.oldest()) {
        if (oldest->deadline > now())
            return alarms_.set(alarms::kind::lease, oldest->deadline);
        revoke(oldest->number, "which had it for longer than pool.max-lease");
    }
}

/// Nobody knows what the borrower has left behind: the session goes back when the
/// service has shown that it still works.
void request_dispatcher::revoke(std::uint64_t number, const char* why) {
    const auto ended = end_lease(number);
    auto& slot = slots_.at(ended->slot);
    spdlog::warn("connection [{}] is revoked from [{}], {}",
                 report::connection_label(slot.session.connection_id), ended->name, why);
    if (slot.phase == slot_phase::busy)
        return cancel(slot, lease_is_over(), /*await_service=*/true);
    if (slot.phase != slot_phase::leased)
        return; // Late already, and so to be seen again.
    self_->send(slot.session.actor, check_session{});
    await_health(slot);
}

std::optional<lease> request_dispatcher::end_lease(std::uint64_t number) {
    auto ended = leases_.remove(number);
    if (!ended)
        return std::nullopt;
    slots_.at(ended->slot).lease = 0;
    borrowers_.remove(ended->borrower);
    return ended;
}

} // namespace avatar
