#pragma once

#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

struct open_request;

/// Where a slot of the pool stands. Each slot is in exactly one of these.
enum class slot_phase : std::uint8_t {
    opening, ///< Its session is on the way up.
    idle,    ///< It takes a request.
    busy,    ///< It has one.
    leased,  ///< A caller has borrowed it, and has no request on it now.
    late,    ///< Its health is in question until a cancelled request ends, or a check is answered.
    down,    ///< No session; a new one is due.
};

/// One session, from its start to its end.
struct pooled_session {
    session_key key;
    session_actor actor;
    std::string connection_id;          ///< Empty until it is open.
    caf::actor_clock::time_point began; ///< To open: its token is no older.
    caf::actor_clock::time_point opened;
    std::uint64_t requests = 0; ///< Taken by it.
};

/// One place in the pool and the session that fills it.
struct pool_slot {
    std::uint64_t number = 0;
    slot_phase phase = slot_phase::down;
    pooled_session session; ///< Of the phase down: the one before.

    /// The session that is to take the place of `session` before its token
    /// expires; open, or on the way up.
    std::optional<pooled_session> successor;
    std::uint64_t generations = 0;                       ///< Sessions this slot ever had.
    std::optional<caf::actor_clock::time_point> renewal; ///< When to begin a successor.
    std::uint32_t failures = 0;                          ///< To open, in a row.
    bool tried = false;                                  ///< Its first session opened or failed.

    open_request* request = nullptr; ///< That its session has, and has told no outcome of yet.
    std::uint64_t lease = 0;         ///< Under which it is borrowed; 0: it is not.
    caf::actor_clock::time_point deadline; ///< Of the phase busy or late.

    /// A caller or a request is on its session, which may not be exchanged then.
    bool held() const { return lease != 0 || request; }
};

/// The slots of a pool, in one list for each phase. A change of phase moves the
/// slot to the end of its new list, O(1) and without allocation. So the front
/// of the idle list is the session idle for longest, and the fronts of the busy
/// and the late list are the ones due first, since all have the same limit.
class session_table {
public:
    explicit session_table(std::size_t size);

    std::size_t size() const { return position_.size(); }
    std::size_t count(slot_phase phase) const { return of(phase).size(); }

    /// Slots with an open session.
    std::size_t connected() const {
        return size() - count(slot_phase::opening) - count(slot_phase::down);
    }

    /// The first slot of a phase that has one.
    pool_slot& front(slot_phase phase) { return of(phase).front(); }

    pool_slot& at(std::uint64_t slot) { return *position_[slot]; }
    const pool_slot& at(std::uint64_t slot) const { return *position_[slot]; }

    /// The slot whose session this key names, or null when another session fills
    /// it by now.
    pool_slot* find(const session_key& key);

    /// The slot whose successor this key names, or null.
    pool_slot* find_successor(const session_key& key);

    /// To the end of the list of `phase`.
    void move(pool_slot& slot, slot_phase phase);

private:
    using slots = std::list<pool_slot>;

    slots& of(slot_phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
    const slots& of(slot_phase phase) const { return lists_[static_cast<std::size_t>(phase)]; }

    std::array<slots, 6> lists_;
    std::vector<slots::iterator> position_; // By slot number.
};

} // namespace avatar
