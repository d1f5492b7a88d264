#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace avatar {

/// When the requests of a round are to start: all at once; one after another at a fixed
/// rate, whether or not those before have ended; or as a load shape says, one by one. The
/// second asks the service as independent users would: one that stalls finds its requests
/// waiting when it is back, and each counts its wait.
class arrival_schedule {
public:
    using time_point = std::chrono::steady_clock::time_point;

    arrival_schedule() = default;

    /// `rate`: requests a second; 0: all at once.
    arrival_schedule(time_point start, std::size_t requests, double rate)
        : start_(start),
          left_(requests),
          between_(rate > 0 ? 1e9 / rate : 0) {}

    /// One whose starts are told by `add`.
    static arrival_schedule told(time_point start) {
        arrival_schedule schedule(start, 1, 0);
        schedule.told_ = true;
        return schedule;
    }

    bool done() const { return left_ == 0; }

    /// When the next one starts; nothing: none does, or that is to be told yet.
    std::optional<time_point> next() const {
        if (done())
            return std::nullopt;
        return told_ ? next_ : at(begun_);
    }

    /// The next one starts then.
    void add(time_point next) { next_ = next; }

    /// So many have started.
    std::size_t begun() const { return begun_; }

    /// From the first to the last.
    std::chrono::nanoseconds length() const {
        return begun_ + left_ == 0 ? std::chrono::nanoseconds(0) : at(begun_ + left_ - 1) - start_;
    }

    /// It has started.
    void begin() {
        ++begun_;
        left_ -= told_ ? 0 : 1;
        next_.reset();
    }

    /// No further ones start.
    void stop() { left_ = 0; }

private:
    time_point at(std::size_t request) const {
        if (request == 0) // Of few requests the next one may be further away than can be said.
            return start_;
        const std::chrono::duration<double, std::nano> after(between_ *
                                                             static_cast<double>(request));
        return start_ + std::chrono::duration_cast<std::chrono::nanoseconds>(after);
    }

    time_point start_;
    std::size_t begun_ = 0;
    std::size_t left_ = 0;
    double between_ = 0; // Nanoseconds.
    bool told_ = false;  // One at a time:
    std::optional<time_point> next_;
};

} // namespace avatar
