#pragma once

#include "messages/frames.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace avatar::transport {

/// How many frames of a request its receiver still takes. Without a receiver it is never
/// closed, and takes none. No I/O.
class frame_window {
public:
    /// Nobody receives frames.
    frame_window() = default;

    explicit frame_window(const frame_credit& first) : left_(credit()) { grant(first); }

    /// Whether a frame of that size is for the receiver; its credit is used then.
    bool take(std::size_t bytes) {
        if (!left_)
            return false;
        left_->frames -= 1;
        left_->bytes -= std::min(static_cast<std::int64_t>(bytes), limit);
        return true;
    }

    /// A window for nobody stays one.
    void grant(const frame_credit& more) {
        if (!left_)
            return;
        add(left_->frames, more.frames);
        add(left_->bytes, more.bytes);
    }

    bool closed() const { return left_ && (left_->frames <= 0 || left_->bytes <= 0); }

private:
    /// Below zero: what was taken before the window was found closed.
    struct credit {
        std::int64_t frames = 0;
        std::int64_t bytes = 0;
    };

    static constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 4;

    /// However much a receiver grants.
    static void add(std::int64_t& to, std::uint64_t more) {
        const auto bounded = std::min(more, static_cast<std::uint64_t>(limit));
        to = std::min(to + static_cast<std::int64_t>(bounded), limit);
    }

    std::optional<credit> left_;
};

} // namespace avatar::transport
