#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace avatar::tests {

/// Carries values from other threads to the test's, which waits for them.
template <class T>
class inbox {
public:
    void put(T value) {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        arrived_.notify_one();
    }

    /// The next value; nothing when none comes within a bound that only a
    /// hanging program reaches.
    std::optional<T> take(std::chrono::seconds bound = std::chrono::seconds(60)) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, bound, [&] { return !values_.empty(); }))
            return std::nullopt;
        auto value = std::move(values_.front());
        values_.pop_front();
        return value;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<T> values_;
};

} // namespace avatar::tests
