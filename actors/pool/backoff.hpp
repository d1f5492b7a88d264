#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace avatar {

/// Exponential back-off with full jitter: the pause after the n-th failure in a
/// row is drawn evenly between nothing and `min` × 2ⁿ⁻¹, at most `max`. Clients
/// that failed together so do not come back together.
class backoff {
public:
    using nanoseconds = std::chrono::nanoseconds;

    backoff(nanoseconds min, nanoseconds max) : min_(min), max_(max) {}

    /// The most that the pause after that many failures, at least 1, can be.
    nanoseconds bound(std::uint32_t failures) const {
        auto bound = min_;
        for (std::uint32_t i = 1; i < failures && bound < max_; ++i)
            bound *= 2;
        return std::min(bound, max_);
    }

    template <class Random>
    nanoseconds pause(std::uint32_t failures, Random& random) const {
        std::uniform_int_distribution<nanoseconds::rep> draw(0, bound(failures).count());
        return nanoseconds(draw(random));
    }

private:
    nanoseconds min_;
    nanoseconds max_;
};

} // namespace avatar
