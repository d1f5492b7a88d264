#include "actors/pool/session_slots.hpp"

#include <utility>

namespace avatar {
namespace {

/// What a slot keeps of a session that is closed.
pooled_session closed_session(const session_key& key) {
    pooled_session closed;
    closed.key = key;
    closed.phase = session_phase::closed;
    return closed;
}

} // namespace

session_slots::session_slots(std::size_t size, session_listener& listener) : listener_(listener) {
    auto& closed = lists_[static_cast<std::size_t>(session_phase::closed)];
    for (std::size_t i = 0; i < size; ++i) {
        closed.push_back({i, closed_session({i, 0})});
        position_.push_back(std::prev(closed.end()));
    }
}

std::size_t session_slots::count(session_phase phase) const {
    std::size_t apart = 0; // On a list of their own.
    if (phase == session_phase::idle)
        apart = lists_[reserved_idle].size();
    else if (phase == session_phase::busy)
        apart = lists_[paused_busy].size();
    return list(phase).size() + apart;
}

const pool_slot* session_slots::find(const session_key& key) const {
    const auto* slot = last_filled_by(key);
    return slot && slot->session.phase != session_phase::closed ? slot : nullptr;
}

const pool_slot* session_slots::find_closed(const session_key& key) const {
    const auto* slot = last_filled_by(key);
    return slot && slot->session.phase == session_phase::closed ? slot : nullptr;
}

const pool_slot* session_slots::last_filled_by(const session_key& key) const {
    return key.slot < size() && at(key.slot).session.key == key ? &at(key.slot) : nullptr;
}

const pool_slot* session_slots::find_available(std::uint64_t slot) const {
    return slot < size() && is_available(at(slot)) ? &at(slot) : nullptr;
}

const pool_slot* session_slots::find_successor(const session_key& key) const {
    if (key.slot >= size())
        return nullptr;
    const auto& slot = at(key.slot);
    return slot.successor && slot.successor->key == key ? &slot : nullptr;
}

// -- a session's life --------------------------------------------------------------

void session_slots::connect(const pool_slot& slot, pooled_session session) {
    move(own(slot), [&](pool_slot& connecting) { connecting.session = std::move(session); });
}

void session_slots::open(const pool_slot& slot, std::string connection_id, time_point now) {
    auto& opened = own(slot);
    opened.session.connection_id = std::move(connection_id);
    opened.session.opened = now;
    enter(opened, session_phase::idle);
    listener_.on_session_opened(opened);
    listener_.on_session_available(opened);
}

void session_slots::assign(const pool_slot& slot, time_point now) {
    auto& assigned = own(slot);
    assigned.session.since = now;
    ++assigned.session.requests;
    enter(assigned, session_phase::busy);
}

void session_slots::pause(const pool_slot& slot) {
    move(own(slot), [](pool_slot& paused) { paused.session.paused = true; });
}

void session_slots::resume(const pool_slot& slot, time_point now) {
    move(own(slot), [now](pool_slot& resumed) {
        resumed.session.paused = false;
        resumed.session.since = now;
    });
}

const pool_slot* session_slots::first_paused() const {
    const auto& paused = lists_[paused_busy];
    return paused.empty() ? nullptr : &paused.front();
}

void session_slots::drain(const pool_slot& slot, time_point now) {
    auto& draining = own(slot);
    draining.session.since = now;
    enter(draining, session_phase::draining);
    listener_.on_session_draining(draining);
}

void session_slots::finish(const pool_slot& slot) {
    auto& finished = own(slot);
    enter(finished, session_phase::idle);
    if (!finished.reserved)
        become_available(finished);
}

pooled_session session_slots::close(const pool_slot& slot) {
    pooled_session lost;
    move(own(slot), [&](pool_slot& closed) {
        lost = std::exchange(closed.session, closed_session(slot.session.key));
        closed.reserved = false;
    });
    listener_.on_session_lost(slot, lost);
    return lost;
}

// -- for one caller ----------------------------------------------------------------

void session_slots::reserve(const pool_slot& slot) {
    move(own(slot), [](pool_slot& reserved) { reserved.reserved = true; });
}

void session_slots::end_reservation(const pool_slot& slot) {
    auto& freed = own(slot);
    const bool idle = freed.session.phase == session_phase::idle;
    if (!idle) { // Its place among those of its phase stays.
        freed.reserved = false;
        return;
    }
    move(freed, [](pool_slot& available) { available.reserved = false; });
    become_available(freed);
}

// -- successors --------------------------------------------------------------------

void session_slots::add_successor(const pool_slot& slot, pooled_session successor) {
    own(slot).successor = std::move(successor);
}

void session_slots::open_successor(const pool_slot& slot, std::string connection_id,
                                   time_point now) {
    auto& renewed = own(slot);
    renewed.successor->connection_id = std::move(connection_id);
    renewed.successor->opened = now;
    renewed.successor->phase = session_phase::idle;
    if (renewed.session.phase == session_phase::idle && !renewed.reserved)
        become_available(renewed);
}

void session_slots::promote_successor(const pool_slot& slot) {
    move(own(slot), take_successor);
    if (slot.session.phase == session_phase::idle)
        listener_.on_session_available(slot);
}

std::optional<pooled_session> session_slots::remove_successor(const pool_slot& slot) {
    return std::exchange(own(slot).successor, std::nullopt);
}

/// An open successor takes the place of a session that nobody has or waits for.
void session_slots::become_available(pool_slot& slot) {
    if (slot.successor && slot.successor->phase == session_phase::idle) {
        const auto former = slot.session;
        move(slot, take_successor);
        listener_.on_session_renewed(slot, former);
    }
    listener_.on_session_available(slot);
}

void session_slots::take_successor(pool_slot& slot) {
    slot.session = *std::exchange(slot.successor, std::nullopt);
}

// -- the lists ---------------------------------------------------------------------

std::size_t session_slots::list_of(const pool_slot& slot) {
    if (slot.reserved && slot.session.phase == session_phase::idle)
        return reserved_idle;
    if (slot.session.paused)
        return paused_busy;
    return static_cast<std::size_t>(slot.session.phase);
}

const pool_slot* session_slots::first_in(session_phase phase) const {
    return list(phase).empty() ? nullptr : &list(phase).front();
}

bool session_slots::is_available(const pool_slot& slot) {
    return slot.session.phase == session_phase::idle && !slot.reserved;
}

/// To the end of the list where the slot belongs after `change`.
template <class Change>
void session_slots::move(pool_slot& slot, Change change) {
    if (policy_ && is_available(slot))
        policy_->session_gone(slot.number);
    auto& from = lists_[list_of(slot)];
    change(slot);
    auto& to = lists_[list_of(slot)];
    to.splice(to.end(), from, position_[slot.number]);
    if (policy_ && is_available(slot))
        policy_->session_idle({slot.number, slot.session.requests, slot.session.connection_id});
}

void session_slots::enter(pool_slot& slot, session_phase phase) {
    move(slot, [phase](pool_slot& entering) {
        entering.session.phase = phase;
        entering.session.paused = false;
    });
}

} // namespace avatar
