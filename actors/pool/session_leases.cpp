#include "actors/pool/session_leases.hpp"

#include "actors/pool/open_requests.hpp"
#include "actors/pool/pool_failures.hpp"
#include "report/connection_label.hpp"
#include "transport/logger.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {

session_leases::session_leases(pool_supervisor_actor::pointer self,
                               const config::pool_settings& settings, session_slots& slots,
                               pool_timers& timers, actor_watch& watch, request_assigner& assigner)
    : self_(self),
      settings_(settings),
      slots_(slots),
      timers_(timers),
      watch_(watch),
      assigner_(assigner),
      lease_of_(slots.size()) {}

void session_leases::grant(const pool_slot& slot, pooled_acquisition& acquisition) {
    const auto deadline = now() + settings_.max_lease;
    const auto number =
        leases_.add({0, slot.number, acquisition.caller, std::move(acquisition.name), deadline});
    lease_of_[slot.number] = number;
    slots_.reserve(slot);
    timers_.set(pool_timers::kind::lease, deadline);
    acquisition.promise.deliver(lease_granted{number, slot.session.connection_id, {}});
}

// -- requests under a lease ------------------------------------------------------------

void session_leases::assign(pooled_request request) {
    const auto* lease = leases_.find(request.assigned.request.lease);
    if (!lease || lease->holder != request.caller)
        return assigner_.fail(request, lease_is_over());
    const auto& slot = slots_.at(lease->slot);
    if (slot.session.phase == session_phase::idle)
        return assigner_.assign(slot, request);
    if (slot.session.phase != session_phase::draining || next_turns_.contains(slot.number))
        return assigner_.fail(request, lease_has_a_request());
    request.open->where = open_request::next_turn{slot.number};
    next_turns_.try_emplace(slot.number, slot.session.key, std::move(request));
}

bool session_leases::assign_next_turn(const pool_slot& slot) {
    if (next_turns_.empty())
        return false;
    auto next = next_turns_.extract(slot.number);
    if (!next)
        return false;
    const bool same = next.mapped().session == slot.session.key;
    if (same)
        assigner_.assign(slot, next.mapped().request);
    else
        assigner_.fail(next.mapped().request, lease_is_over());
    return same;
}

void session_leases::fail_next_turn(std::uint64_t slot, const protocol::failure& why) {
    if (auto next = next_turns_.extract(slot))
        assigner_.fail(next.mapped().request, why);
}

void session_leases::fail_next_turns(const protocol::failure& why) {
    while (!next_turns_.empty())
        fail_next_turn(next_turns_.begin()->first, why);
}

// -- the end of a lease ------------------------------------------------------------------

void session_leases::on_release(const release_session& message, const caf::actor_addr& sender) {
    const auto* lease = leases_.find(message.lease);
    if (lease && lease->holder == sender)
        end(*lease);
}

void session_leases::on_holder_down(const caf::actor_addr& holder) {
    while (const auto* held = leases_.of(holder))
        revoke(*held, "which has ended");
}

void session_leases::on_session_lost(const pool_slot& slot, const pooled_session& lost) {
    fail_next_turn(slot.number, lease_is_over());
    if (const auto* held = leases_.find(lease_of_[slot.number])) {
        transport::logger().warn("connection [{}] was lost while leased to [{}]",
                                 report::connection_label(lost.connection_id), held->name);
        end(*held);
    }
}

void session_leases::expire() {
    while (const auto* oldest = leases_.oldest()) {
        if (oldest->deadline > now())
            return timers_.set(pool_timers::kind::lease, oldest->deadline);
        revoke(*oldest, "which had it for longer than pool.max-lease");
    }
}

/// Nobody knows what the holder has left behind: the session is available again when the
/// service has shown that it still works.
void session_leases::revoke(const lease& held, const char* why) {
    const auto& slot = slots_.at(held.slot);
    transport::logger().warn("connection [{}] is revoked from [{}], {}",
                             report::connection_label(slot.session.connection_id), held.name, why);
    if (slot.session.phase == session_phase::busy) {
        assigner_.cancel(slot, lease_is_over(), /*await_service=*/true);
    } else if (slot.session.phase == session_phase::idle) {
        self_->send(slot.session.actor, check_session{});
        slots_.drain(slot, now());
    }
    fail_next_turn(held.slot, lease_is_over());
    end(held);
}

/// Its slot is available again if its session is idle.
void session_leases::end(const lease& held) {
    const auto ended = leases_.remove(held.number);
    const auto& slot = slots_.at(ended->slot);
    lease_of_[slot.number] = 0;
    watch_.remove(ended->holder);
    slots_.end_reservation(slot);
}

} // namespace avatar
