#pragma once

#include "actors/pool/alarms.hpp"
#include "actors/pool/backoff.hpp"
#include "actors/pool/pool_supervisor_actor.hpp"
#include "actors/pool/restart_limit.hpp"
#include "actors/pool/session_table.hpp"
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

namespace avatar {

/// Keeps a pool at its size: opens a session for every slot, replaces those that
/// die, and renews each before its token expires, the new one open before the old
/// one goes. All of them share one rate of connections begun. Part of the pool
/// supervisor, whose sessions they are.
class session_keeper {
public:
    using self_pointer = pool_supervisor_actor::pointer;

    session_keeper(self_pointer self, const config::pool_settings& settings, session_table& slots,
                   alarms& clock, transport::channel_factory make_channel, std::uint64_t seed);

    /// Begins to open a session for every slot.
    void open_all();

    /// A session is open. Gives the slot that may take work now, or null.
    pool_slot* on_opened(session_opened& message);

    /// A session has ended. Its slot has another one then, or waits for one.
    void on_closed(const session_closed& message);

    /// What the end of an actor means.
    struct ended_session {
        session_key key;
        bool silent = false; ///< Without `session_closed`.
    };

    /// The session whose actor it was, if any. A silent one is still to be told to
    /// `on_closed`.
    std::optional<ended_session> on_down(const caf::actor_addr& actor);

    /// The pause of a slot is over.
    void on_reopen(const reopen_slot& message);

    /// Begins the connections that are due and allowed by now.
    void begin_due();

    /// The slot's successor, if one is open, takes over, unless somebody holds the
    /// slot: this is to be called again when nobody does.
    void take_over_if_free(pool_slot& slot);

    /// Its session does not answer: another one takes its place at once.
    void replace(pool_slot& slot);

    /// Begins no further sessions.
    void stop() { stopped_ = true; }

    /// And closes all there are.
    void close_all(close_reason why);
    bool all_closed() const;

    /// Tells what is left: a pool can be ended from outside.
    ~session_keeper();

    bool stopped() const { return stopped_; }

    std::uint64_t replaced() const { return replaced_; }
    std::uint64_t renewed() const { return renewed_; }
    std::uint64_t crashed() const { return crashed_; }
    bool too_many_crashes() const { return too_many_crashes_; }

    /// Why the latest session ended that did so on its own.
    const protocol::failure& last_failure() const { return last_failure_; }

private:
    using time_point = caf::actor_clock::time_point;

    time_point now() const { return self_->clock().now(); }
    pooled_session begin_session(pool_slot& slot);
    void begin_openings();
    void begin_renewals();
    void open(pool_slot& slot);
    void open_soon(pool_slot& slot);
    void open_after_pause(pool_slot& slot);
    void replace_lost(pool_slot& slot, bool was_open);
    void successor_failed(pool_slot& slot);
    void take_over(pool_slot& slot);
    void retire(const pooled_session& session, close_reason why);
    void plan_renewal(pool_slot& slot, time_point when);
    void forget_renewal(pool_slot& slot);

    self_pointer self_;
    const config::pool_settings& settings_;
    session_table& slots_;
    alarms& alarms_;
    transport::channel_factory make_channel_;
    std::mt19937_64 random_;

    token_bucket connects_;
    backoff backoff_;
    restart_limit restarts_;
    std::deque<session_key> to_open_; // Slots whose turn comes as the rate allows.
    std::set<std::pair<time_point, std::uint64_t>> renewals_; // When, and of which slot.
    std::size_t renewing_ = 0;                                // Successors on the way up.
    std::unordered_map<caf::actor_addr, session_key> actors_; // Of all sessions, until they end.
    std::set<session_key> retiring_; // Sessions replaced already, but not closed yet.
    bool stopped_ = false;
    bool too_many_crashes_ = false;
    protocol::failure last_failure_;
    std::uint64_t replaced_ = 0;
    std::uint64_t renewed_ = 0;
    std::uint64_t crashed_ = 0;
};

} // namespace avatar
