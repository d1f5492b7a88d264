#pragma once

#include "actors/pool/backoff.hpp"
#include "actors/pool/pool_plan.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/pool_timers.hpp"
#include "actors/pool/reconnect_rules.hpp"
#include "actors/pool/session_slots.hpp"
#include "actors/pool/token_bucket.hpp"
#include "config/settings.hpp"
#include "transport/channel.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace avatar {

/// Keeps a pool at its size: connects a session for every slot, replaces those that die
/// or fail the health check, and renews each before it is too old, the new one open
/// before the old one goes. All of them share one rate of connections begun. Where the service
/// allows no more sessions at once, the slots beyond those stay closed, one of which is tried
/// now and then, and a session is closed before its successor opens. Part of the pool
/// supervisor, whose sessions they are.
class session_keeper {
public:
    using self_pointer = pool_supervisor_actor::pointer;

    /// Of the plan it takes the sessions, and the channels that they are on.
    session_keeper(self_pointer self, const config::pool_settings& settings, session_slots& slots,
                   pool_timers& timers, pool_plan& plan);

    /// Tells the sessions that are left: a pool can be ended from outside.
    ~session_keeper();

    /// Begins to connect a session for every slot.
    void connect_all();

    // From the sessions.
    void on_session_opened(session_opened& message);
    void on_session_closed(const session_closed& message);

    /// What the end of an actor means.
    struct ended_session {
        session_key key;
        protocol::failure why;
        bool silent = false; ///< Without `session_closed`.
    };

    /// The session whose actor it was, if any. A silent one is still to be told to
    /// `on_session_closed`.
    std::optional<ended_session> on_down(const caf::actor_addr& actor, const caf::error& reason);

    // From the slots.
    void on_session_draining(const pool_slot& slot);
    void on_session_renewed(const pool_slot& slot, const pooled_session& former);

    /// True: the session is not available, for it closes, and its successor takes its place.
    bool closes_for_renewal(const pool_slot& slot);

    // Timers.
    void on_reconnect(const reconnect_slot& message);
    void connect_due();
    void replace_unhealthy();
    void try_beyond_limit();

    /// A connection has gone silent: those that are available have to answer before they get
    /// a request, for a network that has forgotten one may have forgotten others.
    void check_available();

    /// The next session that has not opened in time; it is ended, and still to be told to
    /// `on_session_closed`. Nothing: all others have time.
    std::optional<session_key> end_unopened();

    /// Ends those that have not closed in time.
    void end_unclosed();

    /// Begins no further sessions.
    void stop() { stopped_ = true; }

    /// And closes all there are.
    void close_all(close_reason why);
    bool all_closed() const;

    bool stopped() const { return stopped_; }
    std::uint64_t replaced() const { return replaced_; }
    std::uint64_t renewed() const { return renewed_; }

private:
    using time_point = caf::actor_clock::time_point;

    /// What the keeper remembers of a slot, whichever session fills it.
    struct slot_history {
        std::uint64_t generations = 0;     // Sessions it ever had.
        std::uint32_t failures = 0;        // To connect, in a row.
        std::optional<time_point> renewal; // When to connect a successor.
        bool closes_first = false;         // There is no place for one beside the session.
    };

    time_point now() const { return self_->clock().now(); }
    slot_history& history(const pool_slot& slot) { return histories_[slot.number]; }
    pooled_session begin_session(const pool_slot& slot);
    session_actor spawn_session(const session_key& key);
    const pooled_session* find_unopened(const session_key& key) const;
    void begin_connects();
    void begin_renewals();
    void replace(const pool_slot& slot, const pooled_session& lost, const protocol::failure& why);
    void reconnect(const pool_slot& slot, const protocol::failure& why, bool lived);
    void wait_for_free_place(const pool_slot& slot);
    void renew(const pool_slot& slot);
    void reconnect_after_pause(const pool_slot& slot, const protocol::failure& why);
    std::chrono::nanoseconds pause_after(const pool_slot& slot, const protocol::failure& why);
    void renew_at(const pool_slot& slot, time_point when);
    void plan_renewal(const pool_slot& slot);
    void forget_renewal(const pool_slot& slot);
    void successor_failed(const pool_slot& slot, const protocol::failure& why);
    void retire(const pooled_session& session, close_reason why);
    void tell_to_close(const pooled_session& session, close_reason why);

    self_pointer self_;
    const config::pool_settings& settings_;
    session_slots& slots_;
    pool_timers& timers_;
    transport::channel_factory make_channel_;
    session_function session_; // Empty: `pool_session`.
    std::string session_name_;
    config::milliseconds open_timeout_; // 0: none.
    std::mt19937_64 random_;

    token_bucket connects_;
    backoff backoff_;
    std::vector<slot_history> histories_; // By slot number.
    std::deque<session_key> to_connect_;  // Closed sessions, replaced as the rate allows.
    std::set<std::pair<time_point, std::uint64_t>> renewals_; // When, and of which slot.
    std::deque<std::pair<time_point, session_key>> opening_;  // By when, where there is a timeout.
    std::size_t renewing_ = 0;                                // Successors that connect.
    std::unordered_map<caf::actor_addr, session_key> actors_; // Of all sessions, until they end.
    std::deque<std::pair<time_point, caf::actor_addr>> closing_; // By when.
    std::set<session_key> retiring_;       // Sessions replaced already, but not closed yet.
    std::set<session_key> closing_first_;  // Of those: the slot's next one connects then.
    std::deque<session_key> beyond_limit_; // Closed sessions, whose place the service refuses.
    std::optional<time_point> checked_;    // The available ones, last.
    bool stopped_ = false;
    std::uint64_t replaced_ = 0;
    std::uint64_t renewed_ = 0;
};

} // namespace avatar
