#pragma once

#include <caf/actor_clock.hpp>

#include <chrono>
#include <cstddef>
#include <deque>

namespace avatar {

/// How often something may break before restarting it is no help any more.
class restart_limit {
public:
    using time_point = caf::actor_clock::time_point;

    /// At most `most` restarts in any span of `window`.
    restart_limit(std::size_t most, std::chrono::nanoseconds window)
        : most_(most),
          window_(window) {}

    /// Counts one; false when it is one too many.
    bool allows_another(time_point now) {
        while (!restarts_.empty() && restarts_.front() + window_ <= now)
            restarts_.pop_front();
        restarts_.push_back(now);
        return restarts_.size() <= most_;
    }

private:
    std::size_t most_;
    std::chrono::nanoseconds window_;
    std::deque<time_point> restarts_; // Within the window, oldest first.
};

} // namespace avatar
