#include "actors/pool/request_dispatcher.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace avatar {

request_dispatcher::request_dispatcher(self_pointer self, const config::pool_settings& settings,
                                       session_slots& slots, pool_timers& timers,
                                       guarded_policy& policy, std::string session_name)
    : self_(self),
      settings_(settings),
      slots_(slots),
      timers_(timers),
      session_name_(std::move(session_name)),
      assigned_(slots.size()),
      waiting_(settings, slots, timers, policy),
      watch_(self),
      leases_(self, settings, slots, timers, watch_, *this),
      partners_(watch_) {}

// -- entering the pool -------------------------------------------------------------

request_dispatcher::result_promise request_dispatcher::on_request(audio_request& request) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<audio_result>();
    outcomes_.enter();
    const auto present = now();
    auto& open = open_.enter({request.request_id, caller}, present);
    add_partners(open, request);
    pooled_request next{promise, {std::move(request)}, std::move(caller), present, &open};
    if (const auto* why = entry_failure())
        fail(next, *why);
    else if (const auto invalid = why_invalid(next.assigned.request))
        fail(next, *invalid);
    else if (next.assigned.request.lease != 0)
        leases_.assign(std::move(next));
    else
        admit(std::move(next));
    return promise;
}

request_dispatcher::lease_promise request_dispatcher::on_acquire(acquire_session& ask) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<lease_granted>();
    const auto limit = ask.limit.count() > 0 ? std::min(ask.limit, settings_.borrow_timeout)
                                             : settings_.borrow_timeout;
    pooled_acquisition next{promise, std::move(ask.holder), std::move(caller), limit};
    if (!next.caller)
        next.fail(holder_is_nobody());
    else if (const auto* why = entry_failure())
        next.fail(*why);
    else
        admit(std::move(next));
    return promise;
}

request_dispatcher::~request_dispatcher() {
    fail_waiting(pool_has_ended());
}

/// To be asked before the promise is made, which takes the sender away.
caf::actor_addr request_dispatcher::current_caller() const {
    return caf::actor_cast<caf::actor_addr>(self_->current_sender());
}

/// Why nobody may enter now; null: anybody may.
const protocol::failure* request_dispatcher::entry_failure() const {
    if (stopped_)
        return &*stopped_;
    return failing_fast_ ? &*failing_fast_ : nullptr;
}

/// Why nobody could serve that request, whatever happens; nothing: it is valid.
std::optional<protocol::failure> request_dispatcher::why_invalid(const audio_request& request) {
    if (request.request_id.empty())
        return has_no_id();
    const auto& window = request.window;
    if (request.sink && (window.frames == 0 || window.bytes == 0))
        return window_is_empty();
    if (request.source && request.audio.size() > 0)
        return has_clip_and_source();
    return std::nullopt;
}

void request_dispatcher::fail(pooled_request& request, const protocol::failure& why) {
    request.fail(why, now());
    end(request.open, why.code);
}

/// Of one that has waited.
void request_dispatcher::fail(pooled_acquisition& acquisition, const protocol::failure& why) {
    watch_.remove(acquisition.caller);
    acquisition.fail(why);
}

/// To an idle session, or into the queue.
void request_dispatcher::admit(waiter&& who) {
    if (const auto* acquisition = std::get_if<pooled_acquisition>(&who))
        watch_.add(acquisition->caller);
    if (const auto [slot, bad] = waiting_.choose_session(); slot) {
        std::visit([&, slot = slot](auto& w) { assign(*slot, w); }, who);
    } else if (const auto why = bad ? bad : waiting_.full_for(who)) {
        std::visit([&](auto& w) { fail(w, *why); }, who);
    } else {
        waiting_.push(std::move(who), /*had_its_turn=*/false, now());
    }
}

void request_dispatcher::on_session_available(const pool_slot& slot) {
    if (leases_.assign_next_turn(slot))
        return;
    while (auto next = waiting_.choose_waiter()) {
        if (!next->bad)
            return std::visit([&](auto& w) { assign(slot, w); }, next->who);
        std::visit([&](auto& w) { fail(w, *next->bad); }, next->who);
    }
}

void request_dispatcher::assign(const pool_slot& slot, pooled_request& next) {
    const auto started = now();
    auto& open = *next.open;
    request_of(slot) = &open;
    open.where = &slot;
    open.promise = next.promise;
    ++served_;
    slots_.assign(slot, started);
    timers_.set(pool_timers::kind::busy, started + settings_.request_timeout);
    if (session_name_.empty())
        next.delegate_to(slot.session.actor, started);
    else
        relay(slot, next, started);
}

/// As a request of the pool's own: its session may give no answer, or an error, and may say
/// that it is idle, or closed, without one.
void request_dispatcher::relay(const pool_slot& slot, pooled_request& next, time_point now) {
    const auto due = next.open->partners.empty() ? now + settings_.request_timeout
                                                 : next.open->entered + settings_.max_request;
    next.assigned.waited += now - next.since;
    const auto number = relay_.add(next.promise, next.assigned, slot.session.key, now, due);
    next.open->relayed = number;
    timers_.set(pool_timers::kind::request, due);
    self_->request(slot.session.actor, caf::infinite, std::move(next.assigned))
        .then(
            [this, number](audio_result& result) {
                const auto outcome = result.failure.code;
                end_relayed(number, relay_.answer(number, std::move(result)), outcome);
            },
            [this, number](const caf::error& error) {
                fail_relayed(number,
                             extension_has_failed("session", session_name_, describe_end(error)));
            });
}

void request_dispatcher::fail_relayed(std::uint64_t number, const protocol::failure& why) {
    end_relayed(number, relay_.fail(number, why, now()), why.code);
}

/// Its session may hold it as paused, or say that it is done with it.
void request_dispatcher::expire_relayed(const answer_relay::due_answer& late) {
    const auto why = not_finished_in_time(settings_.request_timeout);
    const auto* slot = slots_.find(late.key);
    const bool at_work = slot && slot->session.phase == session_phase::busy && request_of(*slot) &&
                         request_of(*slot)->relayed == late.number;
    if (at_work)
        cancel(*slot, why, /*await_service=*/true);
    else
        fail_relayed(late.number, why);
}

/// Its session need not tell.
void request_dispatcher::end_relayed(std::uint64_t number, const std::optional<session_key>& had,
                                     protocol::failure_code outcome) {
    if (!had)
        return;
    const auto lost = lost_.find(*had);
    const auto* slot = slots_.find(*had);
    const auto* open = lost != lost_.end() ? lost->second : slot ? request_of(*slot) : nullptr;
    if (open && open->relayed == number)
        end(take_request(*had), outcome);
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
    partners_.remove(*request);
    open_.end(*request);
}

void request_dispatcher::on_session_idle(const session_idle& message) {
    if (message.answered)
        answered(message.key, message.outcome);
    const auto* slot = slots_.find(message.key);
    if (!slot || request_of(*slot))
        return;
    const auto phase = slot->session.phase;
    if (phase != session_phase::busy && phase != session_phase::draining)
        return;
    slots_.finish(*slot);
    if (slot->reserved)
        leases_.assign_next_turn(*slot);
}

void request_dispatcher::on_request_failed(const request_failed& message) {
    answered(message.key, message.outcome);
}

void request_dispatcher::on_request_paused(const request_paused& message) {
    const auto* slot = slots_.find(message.key);
    if (!slot || slot->session.phase != session_phase::busy)
        return;
    if (message.paused)
        return slots_.pause(*slot);
    slots_.resume(*slot, now());
    timers_.set(pool_timers::kind::busy, now() + settings_.request_timeout);
}

void request_dispatcher::on_session_ended(const session_key& key, const protocol::failure& why) {
    const auto lost = lost_.extract(key);
    if (!lost)
        return;
    auto* open = lost.mapped();
    if (open->relayed != 0) {
        relay_.fail(open->relayed, open->decided ? *open->decided : why, now());
        return end(open, why.code);
    }
    pooled_request unread{open->promise, {}, {}, open->entered, open};
    unread.assigned.request.request_id = open->name.id;
    fail(unread, open->decided ? *open->decided : why);
}

/// The request goes on to another session where that is allowed and some tries are
/// left, before any other of its caller: it had waited its turn.
request_dispatcher::result_promise request_dispatcher::on_returned(returned_request& message) {
    auto caller = current_caller();
    auto promise = self_->make_response_promise<audio_result>();
    auto* open = take_request(message.key);
    if (open)
        relay_.lift_deadline(std::exchange(open->relayed, 0));
    pooled_request back{promise, std::move(message.assigned), std::move(caller), now(), open};
    const bool undecided = open && !open->decided;
    if (undecided && open->source_ended) {
        fail(back, source_has_ended());
        return promise;
    }
    const bool again = undecided && !entry_failure() && back.assigned.request.lease == 0 &&
                       back.assigned.tries < settings_.retries &&
                       (!message.accepted || settings_.retry_accepted);
    if (!again) {
        fail(back, !open || undecided ? message.failure : *open->decided);
        return promise;
    }
    ++back.assigned.tries;
    ++retried_;
    if (const auto [slot, bad] = waiting_.choose_session(); slot)
        assign(*slot, back);
    else if (bad)
        fail(back, *bad);
    else
        waiting_.push(std::move(back), /*had_its_turn=*/true, now());
    return promise;
}

/// The request that session had: the pool has it in hand again. Null: it had none.
open_request* request_dispatcher::take_request(const session_key& key) {
    if (const auto lost = lost_.extract(key))
        return lost.mapped();
    const auto* slot = slots_.find(key);
    return slot ? std::exchange(request_of(*slot), nullptr) : nullptr;
}

void request_dispatcher::on_session_lost(const pool_slot& slot, const pooled_session& lost) {
    if (auto* request = std::exchange(request_of(slot), nullptr)) {
        request->where = open_request::returning{};
        lost_.emplace(lost.key, request);
    }
    leases_.on_session_lost(slot, lost);
}

// -- cancelling -----------------------------------------------------------------------

/// Means the oldest of that sender's requests with the id.
void request_dispatcher::on_interrupt(const interrupt_request& message) {
    if (auto* request = open_.oldest({message.request_id, current_caller()}))
        stop_request(*request, request_was_interrupted());
}

/// Wherever it is, it fails at once. Not one with an outcome.
void request_dispatcher::stop_request(open_request& request, const protocol::failure& why) {
    if (const auto* slot = std::get_if<const pool_slot*>(&request.where))
        return cancel(**slot, why, settings_.after_interrupt == "wait");
    if (const auto* place = std::get_if<request_queue::place>(&request.where)) {
        auto waiting = std::get<pooled_request>(waiting_.take(*place));
        return fail(waiting, why);
    }
    if (const auto* next = std::get_if<open_request::next_turn>(&request.where))
        return leases_.fail_next_turn(next->slot, why);
    decide(request, why);
}

void request_dispatcher::decide(open_request& request, const protocol::failure& why) {
    if (request.relayed != 0) // Its outcome is here at once, whatever the session tells.
        return fail_relayed(request.relayed, why);
    partners_.remove(request);
    open_.decide(request, why);
}

void request_dispatcher::cancel(const pool_slot& slot, const protocol::failure& why,
                                bool await_service) {
    // Without one, its session is about to say that it is idle or closed.
    if (auto* request = request_of(slot)) {
        self_->send(slot.session.actor, cancel_request{request->name.id, why, await_service});
        decide(*request, why);
    }
    slots_.drain(slot, now());
}

void request_dispatcher::cancel_running(const protocol::failure& why) {
    while (const auto* slot = slots_.first_busy())
        cancel(*slot, why, /*await_service=*/false);
    while (const auto* slot = slots_.first_paused())
        cancel(*slot, why, /*await_service=*/false);
}

void request_dispatcher::fail_waiting(const protocol::failure& why) {
    while (!waiting_.empty()) {
        auto next = waiting_.pop_oldest();
        std::visit([&](auto& w) { fail(w, why); }, next);
    }
    leases_.fail_next_turns(why);
}

void request_dispatcher::fail_fast(const protocol::failure& why) {
    failing_fast_ = why;
    fail_waiting(why);
}

void request_dispatcher::stop(const protocol::failure& why) {
    stopped_ = why;
    fail_waiting(why);
}

// -- deadlines -----------------------------------------------------------------------

void request_dispatcher::expire_waiting() {
    while (auto expired = waiting_.pop_expired(now()))
        std::visit([&](auto& w) { fail(w, expired->why); }, expired->who);
}

void request_dispatcher::expire_busy() {
    while (const auto* slot = slots_.first_busy()) {
        const auto deadline = slot->session.since + settings_.request_timeout;
        if (deadline > now())
            return timers_.set(pool_timers::kind::busy, deadline);
        cancel(*slot, not_finished_in_time(settings_.request_timeout), /*await_service=*/true);
    }
}

void request_dispatcher::expire_requests() {
    while (auto* request = partners_.oldest()) {
        const auto deadline = request->entered + settings_.max_request;
        if (deadline > now()) {
            timers_.set(pool_timers::kind::request, deadline);
            break;
        }
        stop_request(*request, took_too_long(settings_.max_request));
    }
    while (const auto first = relay_.first_due()) {
        if (first->due > now())
            return timers_.set(pool_timers::kind::request, first->due);
        expire_relayed(*first);
    }
}

// -- partners of requests --------------------------------------------------------------

void request_dispatcher::add_partners(open_request& open, const audio_request& request) {
    if (request.sink)
        partners_.add(open, request.sink.address(), open_request::partner::sink);
    if (request.source)
        partners_.add(open, request.source.address(), open_request::partner::source);
    if (!open.partners.empty())
        timers_.set(pool_timers::kind::request, open.entered + settings_.max_request);
}

/// One that has ended before a request came is told of as down then.
void request_dispatcher::on_actor_down(const caf::actor_addr& actor) {
    if (!watch_.watches(actor))
        return; // A session.
    while (auto* request = partners_.oldest_of(actor))
        on_partner_ended(*request, actor);
    for (auto& waiting : waiting_.take_acquisitions(actor))
        fail(waiting, lease_is_over());
    leases_.on_holder_down(actor);
}

void request_dispatcher::on_partner_ended(open_request& request, const caf::actor_addr& actor) {
    const auto ended = std::ranges::find(request.partners, actor, &open_request::partner::actor);
    if (ended->what == open_request::partner::sink)
        return stop_request(request, sink_has_ended());
    const auto* slot = std::get_if<const pool_slot*>(&request.where);
    if (!slot)
        return stop_request(request, source_has_ended());
    // Its last audio may be on the way to the session: that knows whether it has come.
    request.source_ended = true;
    self_->send((*slot)->session.actor, source_ended{request.name.id});
    partners_.remove(request, *ended);
}

// -- leases --------------------------------------------------------------------------

void request_dispatcher::assign(const pool_slot& slot, pooled_acquisition& next) {
    leases_.grant(slot, next);
}

void request_dispatcher::on_release(const release_session& message) {
    leases_.on_release(message, current_caller());
}

void request_dispatcher::expire_leases() {
    leases_.expire();
}

} // namespace avatar
