#pragma once

#include "messages/frames.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace avatar::transport {

/// How many frames of a request its receiver still takes. No I/O.
class frame_window {
public:
    explicit frame_window(const frame_credit& first) { grant(first); }

    /// Uses the credit for a frame of that size.
    void take(std::size_t bytes) {
        frames_ -= 1;
        bytes_ -= std::min(static_cast<std::int64_t>(bytes), limit);
    }

    void grant(const frame_credit& more) {
        add(frames_, more.frames);
        add(bytes_, more.bytes);
    }

    bool closed() const { return frames_ <= 0 || bytes_ <= 0; }

private:
    static constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 4;

    /// However much a receiver grants.
    static void add(std::int64_t& to, std::uint64_t more) {
        const auto bounded = std::min(more, static_cast<std::uint64_t>(limit));
        to = std::min(to + static_cast<std::int64_t>(bounded), limit);
    }

    // Below zero: what was taken before the window was found closed.
    std::int64_t frames_ = 0;
    std::int64_t bytes_ = 0;
};

} // namespace avatar::transport
