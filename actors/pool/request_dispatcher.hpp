#pragma once

#include "actors/pool/alarms.hpp"
#include "actors/pool/borrower_watch.hpp"
#include "actors/pool/lease_table.hpp"
#include "actors/pool/open_requests.hpp"
#include "actors/pool/outcome_counter.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/request_queue.hpp"
#include "actors/pool/session_table.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace avatar {

/// Gives requests and borrowers to sessions, lets the others wait, and sees to it
/// that each gets exactly one answer in time. Part of the pool supervisor; which
/// sessions there are is the session keeper's affair.
///
/// Where a function gives a slot, that slot is free to take work: the caller
/// passes it on to `on_session_available`.
class request_dispatcher {
public:
    using self_pointer = pool_supervisor_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using lease_promise = caf::typed_response_promise<lease_granted>;

    request_dispatcher(self_pointer self, const config::pool_settings& settings,
                       session_table& slots, alarms& clock)
        : self_(self),
          settings_(settings),
          slots_(slots),
          alarms_(clock),
          borrowers_(self) {}

    /// Answers those that wait: a pool can be ended from outside.
    ~request_dispatcher();

    // From the pool's users.
    result_promise on_request(audio_request& request);
    lease_promise on_acquire(acquire_session& ask);
    pool_slot* on_release(const release_session& message);
    void on_interrupt(const interrupt_request& message);
    void on_borrower_down(const caf::actor_addr& borrower);

    // From the sessions.
    pool_slot* on_idle(const session_idle& message);
    void on_request_failed(const request_failed& message);
    result_promise on_returned(returned_request& message);

    /// The slot is free: gives it work, or lets it be idle.
    void on_session_available(pool_slot& slot);

    /// The slot's session is gone, or about to be replaced.
    void session_lost(pool_slot& slot);

    /// That session's actor was killed: answers the request that it had not read.
    void never_returns(const session_key& key);

    // Alarms.
    void expire_waiting();
    void expire_busy();
    void expire_leases();
    pool_slot* next_overdue(); ///< Whose session has failed the health check; null: none.

    /// Fails those that wait, and whoever comes, until `resume`.
    void fail_fast(const protocol::failure& why);
    void resume() { failing_fast_.reset(); }

    /// Fails those that wait, and whoever comes, for good. Running ones run on.
    void stop(const protocol::failure& why);

    /// Fails running requests.
    void cancel_running(const protocol::failure& why);

    std::uint64_t served() const { return served_; }
    std::uint64_t retried() const { return retried_; }
    std::size_t waiting() const { return waiting_.size(); }

    /// Requests that sessions have.
    std::size_t running() const { return open_.size() - waiting_.requests(); }

    request_ledger ledger() const { return outcomes_.snapshot(open_.size()); }

private:
    using time_point = caf::actor_clock::time_point;

    time_point now() const { return self_->clock().now(); }
    caf::actor_addr current_caller() const;
    const protocol::failure* refusal() const;
    void refuse(pooled_request& request, const protocol::failure& why);
    void refuse(pooled_borrower& borrower, const protocol::failure& why);
    void admit(waiter who);
    void wait_for_session(waiter who, bool had_its_turn);
    std::optional<protocol::failure> queue_is_full_for(const waiter& who) const;
    void refuse_waiting(const protocol::failure& why);
    void assign(pool_slot& slot, pooled_request& request);
    void assign(pool_slot& slot, pooled_borrower& borrower);
    void assign_to_lease(pooled_request request);
    void cancel(pool_slot& slot, const protocol::failure& why, bool await_service);
    void await_health(pool_slot& slot);
    void answered(const session_key& key, protocol::failure_code outcome);
    void end(open_request* request, protocol::failure_code outcome);
    open_request* take_request(const session_key& key);
    void revoke(std::uint64_t number, const char* why);
    std::optional<lease> end_lease(std::uint64_t number);

    self_pointer self_;
    const config::pool_settings& settings_;
    session_table& slots_;
    alarms& alarms_;
    request_queue waiting_;
    lease_table leases_;
    borrower_watch borrowers_;
    outcome_counter outcomes_;
    open_requests open_;
    std::map<session_key, open_request*> lost_; // By the session that had it.
    std::optional<protocol::failure> failing_fast_;
    std::optional<protocol::failure> stopped_;
    std::uint64_t served_ = 0;
    std::uint64_t retried_ = 0;
};

} // namespace avatar
