#pragma once

#include "actors/pool/guarded_policy.hpp"
#include "actors/pool/pool_timers.hpp"
#include "actors/pool/request_queue.hpp"
#include "actors/pool/session_slots.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace avatar {

/// Says which session takes the next request, and who of those that wait is next: longest
/// idle and fair between callers, or as the pool's dispatch policy chooses. Part of the
/// request dispatcher, which assigns and fails.
class dispatch_queue {
public:
    using time_point = pooled_request::time_point;

    /// All outlive it.
    dispatch_queue(const config::pool_settings& settings, const session_slots& slots,
                   pool_timers& timers, guarded_policy& policy);

    /// For whoever comes now. Neither: no session is available.
    struct chosen_session {
        const pool_slot* slot = nullptr;
        std::optional<protocol::failure> bad; ///< The policy has chosen one that is not.
    };
    chosen_session choose_session() const;

    /// Taken from the queue, to get a session.
    struct chosen_waiter {
        waiter who;
        std::optional<protocol::failure> bad; ///< It is to fail: the policy chose nonsense.
    };

    /// Nothing: none waits.
    std::optional<chosen_waiter> choose_waiter();

    /// Why that one may not wait; nothing: it may.
    std::optional<protocol::failure> full_for(const waiter& who) const;

    void push(waiter&& who, bool had_its_turn, time_point now);

    /// One that has waited as long as it may, and why it fails. Nothing: none is due, and the
    /// timer is set for the next.
    struct expired_waiter {
        waiter who;
        protocol::failure why;
    };
    std::optional<expired_waiter> pop_expired(time_point now);

    waiter take(request_queue::place where) { return waiting_.take(where); }
    waiter pop_oldest() { return waiting_.pop_oldest(); }
    std::vector<pooled_acquisition> take_acquisitions(const caf::actor_addr& caller) {
        return waiting_.take_acquisitions(caller);
    }

    bool empty() const { return waiting_.empty(); }
    std::size_t size() const { return waiting_.size(); }

    /// Waiters that are requests.
    std::size_t requests() const { return waiting_.requests(); }

private:
    const config::pool_settings& settings_;
    const session_slots& slots_;
    pool_timers& timers_;
    guarded_policy& policy_;
    request_queue waiting_;
};

} // namespace avatar
