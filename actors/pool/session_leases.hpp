#pragma once

#include "actors/pool/actor_watch.hpp"
#include "actors/pool/lease_table.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/pool_timers.hpp"
#include "actors/pool/pooled_request.hpp"
#include "actors/pool/session_slots.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace avatar {

/// What the leases need of the dispatcher, which has the requests.
class request_assigner {
public:
    virtual void assign(const pool_slot& slot, pooled_request& request) = 0;
    virtual void fail(pooled_request& request, const protocol::failure& why) = 0;

    /// What that busy session is at work on.
    virtual void cancel(const pool_slot& slot, const protocol::failure& why,
                        bool await_service) = 0;

protected:
    ~request_assigner() = default;
};

/// The sessions that callers hold, each to itself until it releases it, ends, or has had it
/// for too long. Part of the request dispatcher.
class session_leases {
public:
    session_leases(pool_supervisor_actor::pointer self, const config::pool_settings& settings,
                   session_slots& slots, pool_timers& timers, actor_watch& watch,
                   request_assigner& assigner);

    /// That idle session is the caller's, which `watch` knows already.
    void grant(const pool_slot& slot, pooled_acquisition& acquisition);

    /// To the session that the request's lease names, now or when it is done with the
    /// request before, which was interrupted or cancelled.
    void assign(pooled_request request);

    /// To an idle session; false: there is none for it.
    bool assign_next_turn(const pool_slot& slot);

    void fail_next_turn(std::uint64_t slot, const protocol::failure& why);
    void fail_next_turns(const protocol::failure& why);

    void on_release(const release_session& message, const caf::actor_addr& sender);
    void on_holder_down(const caf::actor_addr& holder);
    void on_session_lost(const pool_slot& slot, const pooled_session& lost);

    /// Those that their holders have had for too long.
    void expire();

private:
    using time_point = caf::actor_clock::time_point;

    struct next_turn {
        session_key session;
        pooled_request request;
    };

    time_point now() const { return self_->clock().now(); }
    void revoke(const lease& held, const char* why);
    void end(const lease& held);

    pool_supervisor_actor::pointer self_;
    const config::pool_settings& settings_;
    session_slots& slots_;
    pool_timers& timers_;
    actor_watch& watch_;
    request_assigner& assigner_;
    lease_table leases_;
    std::vector<std::uint64_t> lease_of_;           // By slot number; 0: none.
    std::map<std::uint64_t, next_turn> next_turns_; // By slot number.
};

} // namespace avatar
