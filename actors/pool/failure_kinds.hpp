#pragma once

#include "messages/run_report.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace avatar {

/// Counts a failure with its like. The first few kinds are told apart by their
/// text, further ones by their code.
inline void count_failure(std::vector<failure_count>& kinds, const protocol::failure& failure) {
    constexpr std::size_t kinds_by_text = 10;
    const auto text = describe(failure);
    const bool many = kinds.size() >= kinds_by_text;
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const failure_count& kind) {
        return many ? kind.sample.code == failure.code : describe(kind.sample) == text;
    });
    if (same == kinds.end())
        kinds.push_back({failure, 1});
    else
        ++same->count;
}

} // namespace avatar
