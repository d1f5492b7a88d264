#pragma once

#include <chrono>
#include <cstddef>

namespace avatar {

/// When the requests of a round are to start: all at once, or one after another at
/// a fixed rate, whether or not those before have ended. The second asks the
/// service as independent users would: one that stalls finds its requests waiting
/// when it is back, and each counts its wait.
class arrival_schedule {
public:
    using time_point = std::chrono::steady_clock::time_point;

    arrival_schedule() = default;

    /// `rate`: requests a second; 0: all at once.
    arrival_schedule(time_point start, std::size_t requests, double rate)
        : start_(start),
          left_(requests),
          between_(rate > 0 ? 1e9 / rate : 0) {}

    bool done() const { return left_ == 0; }

    /// When the next one starts. Not to be asked when done.
    time_point next() const { return at(begun_); }

    /// From the first to the last.
    std::chrono::nanoseconds length() const {
        return begun_ + left_ == 0 ? std::chrono::nanoseconds(0) : at(begun_ + left_ - 1) - start_;
    }

    /// It has started.
    void begin() {
        ++begun_;
        --left_;
    }

    /// No further ones start.
    void stop() { left_ = 0; }

private:
    time_point at(std::size_t request) const {
        const std::chrono::duration<double, std::nano> after(between_ *
                                                             static_cast<double>(request));
        return start_ + std::chrono::duration_cast<std::chrono::nanoseconds>(after);
    }

    time_point start_;
    std::size_t begun_ = 0;
    std::size_t left_ = 0;
    double between_ = 0; // Nanoseconds.
};

} // namespace avatar
