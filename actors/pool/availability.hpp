#pragma once

#include <caf/actor_clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace avatar {

/// How long a pool has had too few connections, or none.
class availability {
public:
    using time_point = caf::actor_clock::time_point;

    /// It has `connected` of its `size` connections from `now` on. The first call
    /// is that of a pool that begins to open.
    void note(std::size_t connected, std::size_t size, time_point now) {
        if (connected > 0)
            down_since_.reset();
        else if (!down_since_)
            down_since_ = now;
        if (connected == size) {
            longest_below_ = longest_below(now);
            below_since_.reset();
            was_full_ = true;
        } else if (was_full_ && !below_since_) {
            below_since_ = now;
        }
    }

    /// Since when there is no connection at all; nothing: there is one, or the
    /// pool was never told to open any.
    std::optional<time_point> down_since() const { return down_since_; }

    /// The longest time below full size, after it was full for the first time.
    std::chrono::nanoseconds longest_below(time_point now) const {
        return below_since_ ? std::max(longest_below_, now - *below_since_) : longest_below_;
    }

private:
    std::optional<time_point> down_since_;
    std::optional<time_point> below_since_;
    std::chrono::nanoseconds longest_below_{0};
    bool was_full_ = false;
};

} // namespace avatar
