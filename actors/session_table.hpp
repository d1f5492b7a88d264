#pragma once

#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace avatar {

/// Where a slot of the pool stands. Each slot is in exactly one of these.
enum class slot_phase : std::uint8_t {
    opening, ///< Its session is on the way up.
    idle,    ///< It takes a request.
    busy,    ///< It has one.
    late,    ///< Its request was given up, the service still works on it.
    down,    ///< No session; a new one is due.
};

/// One place in the pool and the session that fills it.
struct pool_slot {
    session_key key;
    slot_phase phase = slot_phase::down;
    session_actor session;
    std::string connection_id;
    std::string request_id;     ///< Of the phase busy.
    std::uint64_t requests = 0; ///< Taken by this connection.
    bool tried = false;         ///< The first session of this slot opened or failed.
    caf::actor_clock::time_point opened_at;
    caf::actor_clock::time_point deadline; ///< Of the phase busy or late.
    std::chrono::nanoseconds pause{0};     ///< Before the next try to open; grows.
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

    /// The first slot of a phase that has one.
    pool_slot& front(slot_phase phase) { return of(phase).front(); }

    pool_slot& at(std::uint64_t slot) { return *position_[slot]; }
    const pool_slot& at(std::uint64_t slot) const { return *position_[slot]; }

    /// The slot this key names, or null when another session fills it by now.
    pool_slot* find(const session_key& key);

    /// The busy slot that has this request, or null. Looks through all of them.
    pool_slot* find_busy(std::string_view request_id);

    /// To the end of the list of `phase`.
    void move(pool_slot& slot, slot_phase phase);

private:
    using slots = std::list<pool_slot>;

    slots& of(slot_phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
    const slots& of(slot_phase phase) const { return lists_[static_cast<std::size_t>(phase)]; }

    std::array<slots, 5> lists_;
    std::vector<slots::iterator> position_; // By slot number.
};

} // namespace avatar
