#include "actors/pool/session_table.hpp"

namespace avatar {

session_table::session_table(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        auto& down = of(slot_phase::down);
        down.emplace_back().number = i;
        down.back().session.key.slot = i;
        position_.push_back(std::prev(down.end()));
    }
}

pool_slot* session_table::find(const session_key& key) {
    if (key.slot >= size() || at(key.slot).session.key != key)
        return nullptr;
    return &at(key.slot);
}

pool_slot* session_table::find_successor(const session_key& key) {
    if (key.slot >= size())
        return nullptr;
    auto& slot = at(key.slot);
    return slot.successor && slot.successor->key == key ? &slot : nullptr;
}

void session_table::move(pool_slot& slot, slot_phase phase) {
    auto& to = of(phase);
    to.splice(to.end(), of(slot.phase), position_[slot.number]);
    slot.phase = phase;
}

} // namespace avatar
