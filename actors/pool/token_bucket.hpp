#pragma once

#include <caf/actor_clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace avatar {

/// Lets `rate` things happen a second, and as many at once after a second of
/// rest: a token bucket as big as a second's tokens. Kept as the one time at
/// which it would be full again, so there is nothing to round.
class token_bucket {
public:
    using time_point = caf::actor_clock::time_point;

    /// `rate` is at least 1.
    explicit token_bucket(std::size_t rate)
        : interval_(std::chrono::nanoseconds(std::chrono::seconds(1)) /
                    static_cast<std::int64_t>(rate)) {}

    /// When the next token can be taken; in the past when there is one.
    time_point next() const { return full_at_ + interval_ - std::chrono::seconds(1); }

    /// Takes a token; false when there is none yet.
    bool take(time_point now) {
        if (now < next())
            return false;
        full_at_ = std::max(full_at_, now) + interval_;
        return true;
    }

private:
    std::chrono::nanoseconds interval_;
    time_point full_at_;
};

} // namespace avatar
