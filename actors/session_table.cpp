#include "actors/session_table.hpp"

#include <algorithm>

namespace avatar {

session_table::session_table(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        auto& down = of(slot_phase::down);
        down.emplace_back().key.slot = i;
        position_.push_back(std::prev(down.end()));
    }
}

pool_slot* session_table::find(const session_key& key) {
    if (key.slot >= size() || at(key.slot).key != key)
        return nullptr;
    return &at(key.slot);
}

pool_slot* session_table::find_busy(std::string_view request_id) {
    auto& busy = of(slot_phase::busy);
    const auto found = std::ranges::find(busy, request_id, &pool_slot::request_id);
    return found == busy.end() ? nullptr : &*found;
}

void session_table::move(pool_slot& slot, slot_phase phase) {
    auto& to = of(phase);
    to.splice(to.end(), of(slot.phase), position_[slot.key.slot]);
    slot.phase = phase;
}

} // namespace avatar
