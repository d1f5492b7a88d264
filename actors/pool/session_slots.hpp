#pragma once

#include "actors/pool/guarded_policy.hpp"
#include "actors/pool/session_phase.hpp"
#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

/// One session, from its start to its end.
struct pooled_session {
    session_key key;
    session_actor actor; ///< Null once it is closed.
    session_phase phase = session_phase::connecting;
    caf::actor_clock::time_point since{}; ///< In the phase busy, without pause, or draining.
    bool paused = false;                  ///< Busy, and its request waits for its caller.
    std::string connection_id{};          ///< Of an open one.
    caf::actor_clock::time_point began{}; ///< To connect: its token is no older.
    caf::actor_clock::time_point opened{};
    std::uint64_t requests = 0; ///< Taken by it.

    bool is_open() const {
        return phase != session_phase::connecting && phase != session_phase::closed;
    }
};

/// One place in the pool and the session that fills it. Changed by `session_slots` alone.
struct pool_slot {
    std::uint64_t number = 0;
    pooled_session session; ///< A closed one is kept until the next connects.

    /// The session that is to take the place of `session` before its token expires:
    /// connecting or idle.
    std::optional<pooled_session> successor{};

    /// Kept for one caller, with a request or without. Its session is not exchanged then.
    bool reserved = false;
};

/// Hears what becomes of the sessions of a pool, as it happens.
class session_listener {
public:
    /// The slot's session is open for the first time.
    virtual void on_session_opened(const pool_slot& slot) = 0;

    /// The slot's session is idle, and reserved for nobody.
    virtual void on_session_available(const pool_slot& slot) = 0;

    /// It takes no request until it has shown that its service still works.
    virtual void on_session_draining(const pool_slot& slot) = 0;

    /// The slot is closed; `lost` was its session, in the phase that it had before.
    virtual void on_session_lost(const pool_slot& slot, const pooled_session& lost) = 0;

    /// The slot's successor has taken the place of `former`, which is still open.
    virtual void on_session_renewed(const pool_slot& slot, const pooled_session& former) = 0;

protected:
    ~session_listener() = default;
};

/// The slots of a pool, each with the state machine of its session. Every transition
/// and every look-up is O(1), without allocation but for a connection's id.
class session_slots {
public:
    using time_point = caf::actor_clock::time_point;

    /// `listener` must outlive the slots. It may cause further transitions from within
    /// its functions: they are called when the one before is complete.
    session_slots(std::size_t size, session_listener& listener);

    /// Tells `policy` of the available slots from now on; it must outlive the slots.
    void tell(guarded_policy& policy) { policy_ = &policy; }

    std::size_t size() const { return position_.size(); }

    /// Slots whose session is in that phase.
    std::size_t count(session_phase phase) const;

    /// Slots with an open session.
    std::size_t connected() const {
        return size() - count(session_phase::connecting) - count(session_phase::closed);
    }

    /// Slots with an idle session that is reserved for nobody.
    std::size_t available() const { return list(session_phase::idle).size(); }

    const pool_slot& at(std::uint64_t slot) const { return *position_[slot]; }

    /// The available slot that has been so for longest; null: there is none.
    const pool_slot* next_available() const { return first_in(session_phase::idle); }

    /// That slot, if it is available; null: it is not, or does not exist.
    const pool_slot* find_available(std::uint64_t slot) const;

    /// The slot that has been busy, without pause, or draining for longest; null: there is
    /// none.
    const pool_slot* first_busy() const { return first_in(session_phase::busy); }
    const pool_slot* first_draining() const { return first_in(session_phase::draining); }

    /// The slot whose session this key names; null: the session is closed or replaced.
    const pool_slot* find(const session_key& key) const;

    /// The slot that this session was the last to fill; null: it has another, or has it
    /// still.
    const pool_slot* find_closed(const session_key& key) const;

    /// The slot whose successor this key names, or null.
    const pool_slot* find_successor(const session_key& key) const;

    // -- a session's life --

    /// A closed slot has a new session, which connects.
    void connect(const pool_slot& slot, pooled_session session);

    /// A connecting session is open: idle.
    void open(const pool_slot& slot, std::string connection_id, time_point now);

    /// An idle session gets a request.
    void assign(const pool_slot& slot, time_point now);

    /// A busy session's request waits for its caller, not for the service.
    void pause(const pool_slot& slot);

    /// It does no longer: as if the session had become busy now.
    void resume(const pool_slot& slot, time_point now);

    /// A slot with a paused session; null: there is none.
    const pool_slot* first_paused() const;

    /// A busy or idle session is to show that its service still works.
    void drain(const pool_slot& slot, time_point now);

    /// A busy or draining session has no request any more: idle. A successor that waits
    /// for that takes its place.
    void finish(const pool_slot& slot);

    /// The session has ended or is not to be used any more: closed, and reserved for
    /// nobody. Gives it as it was.
    pooled_session close(const pool_slot& slot);

    // -- for one caller --

    /// A session, available until now, is kept for one caller.
    void reserve(const pool_slot& slot);

    /// No longer; an idle one is available again.
    void end_reservation(const pool_slot& slot);

    // -- successors --

    void add_successor(const pool_slot& slot, pooled_session successor);

    /// A connecting successor is open. It takes the place of a session that is available
    /// at once, of others when they are.
    void open_successor(const pool_slot& slot, std::string connection_id, time_point now);

    /// The successor fills a slot that is closed.
    void promote_successor(const pool_slot& slot);

    /// There is none any more; gives the one that was.
    std::optional<pooled_session> remove_successor(const pool_slot& slot);

private:
    using slots = std::list<pool_slot>;

    static constexpr std::size_t phases = 5;
    static constexpr std::size_t reserved_idle = phases;
    static constexpr std::size_t paused_busy = phases + 1;

    const pool_slot* last_filled_by(const session_key& key) const;
    static std::size_t list_of(const pool_slot& slot);
    static bool is_available(const pool_slot& slot);
    static void take_successor(pool_slot& slot);
    const slots& list(session_phase phase) const { return lists_[static_cast<std::size_t>(phase)]; }
    const pool_slot* first_in(session_phase phase) const;
    pool_slot& own(const pool_slot& slot) { return *position_[slot.number]; }
    template <class Change>
    void move(pool_slot& slot, Change change);
    void enter(pool_slot& slot, session_phase phase);
    void become_available(pool_slot& slot);

    session_listener& listener_;
    guarded_policy* policy_ = nullptr;

    /// One for each phase, and more for idle slots that are reserved and for busy ones that
    /// are paused. A slot comes to the end of its new list, so the front has been there for
    /// longest.
    std::array<slots, phases + 2> lists_;
    std::vector<slots::iterator> position_; // By slot number.
};

} // namespace avatar
