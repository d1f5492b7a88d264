#pragma once

#include "transport/executor.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace avatar::transport {

/// How long its owner, a connection, may still take for what it does. There is one limit
/// at a time: a new one takes the place of the one before.
class time_limit {
public:
    explicit time_limit(const executor& on) : timer_(on) {}

    /// Calls `on_exceeded(owner)` when the time is over, on the executor, unless the limit
    /// is lifted or set anew before, or the owner has gone. `owner` must own this limit.
    template <class Owner, class Function>
    void set(std::chrono::milliseconds limit, std::weak_ptr<Owner> owner, Function on_exceeded) {
        timer_.expires_after(limit);
        timer_.async_wait([this, owner = std::move(owner), on_exceeded](boost::system::error_code) {
            const auto locked = owner.lock();
            if (locked && is_exceeded())
                on_exceeded(*locked);
        });
    }

    void lift() { timer_.expires_at(steady_timer::time_point::max()); }

private:
    /// A wait that was over already when the limit was set anew ends without an error all
    /// the same.
    bool is_exceeded() const { return timer_.expiry() <= std::chrono::steady_clock::now(); }

    steady_timer timer_;
};

} // namespace avatar::transport
