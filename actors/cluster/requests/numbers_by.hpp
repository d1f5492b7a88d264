#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

namespace avatar {

/// Numbers, found by something that several of them have in common, however many do.
template <class Key>
class numbers_by {
public:
    /// Once, however often it is added.
    void add(const Key& key, std::uint64_t number) { numbers_[key].insert(number); }

    /// That number alone.
    void remove(const Key& key, std::uint64_t number) {
        const auto found = numbers_.find(key);
        if (found == numbers_.end())
            return;
        found->second.erase(number);
        if (found->second.empty())
            numbers_.erase(found);
    }

    /// The smallest first.
    std::vector<std::uint64_t> of(const Key& key) const {
        const auto found = numbers_.find(key);
        if (found == numbers_.end())
            return {};
        return {found->second.begin(), found->second.end()};
    }

private:
    std::unordered_map<Key, std::set<std::uint64_t>> numbers_;
};

} // namespace avatar
