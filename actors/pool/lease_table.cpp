#include "actors/pool/lease_table.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <random>

namespace avatar {

std::function<std::uint64_t()> random_numbers() {
    std::array<std::uint32_t, 16> entropy{};
    std::random_device device;
    std::ranges::generate(entropy, std::ref(device));
    std::seed_seq seed(entropy.begin(), entropy.end());
    return std::mt19937_64(seed);
}

std::uint64_t lease_table::add(lease granted) {
    do
        granted.number = draw_();
    while (granted.number == 0 || entries_.contains(granted.number));
    const auto number = granted.number;
    auto& added = entries_.try_emplace(number, std::move(granted)).first->second;
    by_age_.push_back(added);
    by_holder_[added.held.holder].push_back(added);
    return number;
}

const lease* lease_table::find(std::uint64_t number) const {
    const auto found = entries_.find(number);
    return found == entries_.end() ? nullptr : &found->second.held;
}

const lease* lease_table::of(const caf::actor_addr& holder) const {
    const auto found = by_holder_.find(holder);
    return found == by_holder_.end() ? nullptr : &found->second.front().held;
}

std::optional<lease> lease_table::remove(std::uint64_t number) {
    const auto found = entries_.find(number);
    if (found == entries_.end())
        return std::nullopt;
    auto& leaving = found->second;
    by_age_.erase(by_age_.iterator_to(leaving));
    const auto of_holder = by_holder_.find(leaving.held.holder);
    of_holder->second.erase(of_holder->second.iterator_to(leaving));
    if (of_holder->second.empty())
        by_holder_.erase(of_holder);
    auto removed = std::move(leaving.held);
    entries_.erase(found);
    return removed;
}

} // namespace avatar
