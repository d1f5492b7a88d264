#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace avatar {

/// Numbers, found by something that several of them have in common.
template <class Key>
class numbers_by {
public:
    void add(const Key& key, std::uint64_t number) { numbers_.emplace(key, number); }

    /// That number alone.
    void remove(const Key& key, std::uint64_t number) {
        const auto [begin, end] = numbers_.equal_range(key);
        const auto found =
            std::find_if(begin, end, [number](const auto& each) { return each.second == number; });
        if (found != end)
            numbers_.erase(found);
    }

    /// The smallest first.
    std::vector<std::uint64_t> of(const Key& key) const {
        std::vector<std::uint64_t> numbers;
        const auto [begin, end] = numbers_.equal_range(key);
        for (auto each = begin; each != end; ++each)
            numbers.push_back(each->second);
        std::ranges::sort(numbers);
        return numbers;
    }

private:
    std::unordered_multimap<Key, std::uint64_t> numbers_;
};

} // namespace avatar
