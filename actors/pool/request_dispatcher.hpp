#pragma once

#include "actors/pool/actor_watch.hpp"
#include "actors/pool/answer_relay.hpp"
#include "actors/pool/dispatch_queue.hpp"
#include "actors/pool/open_requests.hpp"
#include "actors/pool/outcome_counter.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/pool_timers.hpp"
#include "actors/pool/request_partners.hpp"
#include "actors/pool/session_leases.hpp"
#include "actors/pool/session_slots.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

/// Assigns requests to sessions and sessions to callers that acquire one, queues those for
/// which there is none, and answers each exactly once and in time. Part of the pool
/// supervisor; the session keeper decides which sessions there are.
class request_dispatcher : private request_assigner {
public:
    using self_pointer = pool_supervisor_actor::pointer;
    using result_promise = caf::typed_response_promise<audio_result>;
    using lease_promise = caf::typed_response_promise<lease_granted>;

    /// `session_name`: of sessions that are somebody's own; empty: they are the pool's.
    request_dispatcher(self_pointer self, const config::pool_settings& settings,
                       session_slots& slots, pool_timers& timers, guarded_policy& policy,
                       std::string session_name);

    /// Answers those that wait: a pool can be ended from outside.
    ~request_dispatcher();

    // From the pool's callers.
    result_promise on_request(audio_request& request);
    lease_promise on_acquire(acquire_session& ask);
    void on_release(const release_session& message);
    void on_interrupt(const interrupt_request& message);
    void on_actor_down(const caf::actor_addr& actor);

    // From the sessions.
    void on_session_idle(const session_idle& message);
    void on_request_failed(const request_failed& message);
    void on_request_paused(const request_paused& message);
    result_promise on_returned(returned_request& message);

    /// That session's actor has ended: answers the request that it had not read.
    void on_session_ended(const session_key& key, const protocol::failure& why);

    // From the slots.
    void on_session_available(const pool_slot& slot);
    void on_session_lost(const pool_slot& slot, const pooled_session& lost);

    // Timers.
    void expire_waiting();
    void expire_busy();
    void expire_requests();
    void expire_leases();

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
    open_request*& request_of(const pool_slot& slot) { return assigned_[slot.number]; }
    caf::actor_addr current_caller() const;
    const protocol::failure* entry_failure() const;
    static std::optional<protocol::failure> why_invalid(const audio_request& request);
    void fail(pooled_request& request, const protocol::failure& why) override;
    void fail(pooled_acquisition& acquisition, const protocol::failure& why);
    void admit(waiter&& who);
    void fail_waiting(const protocol::failure& why);
    void assign(const pool_slot& slot, pooled_request& request) override;
    void relay(const pool_slot& slot, pooled_request& request, time_point now);
    void expire_relayed(const answer_relay::due_answer& late);
    void fail_relayed(std::uint64_t number, const protocol::failure& why);
    void end_relayed(std::uint64_t number, const std::optional<session_key>& had,
                     protocol::failure_code outcome);
    void assign(const pool_slot& slot, pooled_acquisition& acquisition);
    void add_partners(open_request& open, const audio_request& request);
    void on_partner_ended(open_request& request, const caf::actor_addr& actor);
    void stop_request(open_request& request, const protocol::failure& why);
    void decide(open_request& request, const protocol::failure& why);
    void cancel(const pool_slot& slot, const protocol::failure& why, bool await_service) override;
    void answered(const session_key& key, protocol::failure_code outcome);
    void end(open_request* request, protocol::failure_code outcome);
    open_request* take_request(const session_key& key);

    self_pointer self_;
    const config::pool_settings& settings_;
    session_slots& slots_;
    pool_timers& timers_;
    const std::string session_name_;
    std::vector<open_request*> assigned_; // By slot number: whose outcome its session owes.
    dispatch_queue waiting_;
    actor_watch watch_; // Of holders and partners.
    session_leases leases_;
    request_partners partners_;
    outcome_counter outcomes_;
    open_requests open_;
    answer_relay relay_;                        // Where sessions are somebody's own.
    std::map<session_key, open_request*> lost_; // By the session that had it.
    std::optional<protocol::failure> failing_fast_;
    std::optional<protocol::failure> stopped_;
    std::uint64_t served_ = 0;
    std::uint64_t retried_ = 0;
};

} // namespace avatar
