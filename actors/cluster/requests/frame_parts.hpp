#pragma once

#include "messages/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace avatar {

/// The same frames in batches that cross nodes: of `most` bytes each, or of one frame that has
/// more.
inline std::vector<frame_batch> parts_of(const frame_batch& all, std::size_t most) {
    if (all.bytes().size() <= most)
        return all.empty() ? std::vector<frame_batch>() : std::vector{all};
    std::vector<frame_batch> parts;
    std::string bytes;
    std::vector<std::uint64_t> ends;
    const auto finish = [&] {
        if (!ends.empty())
            parts.emplace_back(std::move(bytes), std::move(ends));
        bytes.clear();
        ends.clear();
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!bytes.empty() && bytes.size() + all[i].size() > most)
            finish();
        bytes += all[i];
        ends.push_back(bytes.size());
    }
    finish();
    return parts;
}

} // namespace avatar
