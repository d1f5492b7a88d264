#pragma once

#include "transport/executor.hpp"

#include <cstddef>
#include <list>
#include <memory>

namespace avatar::transport {

/// How many connections of a thread may open at once; the others wait for their turn, in
/// the order they came. What an opening needs for a moment, buffers of HTTP and of the
/// TLS handshake above all, would else be held by all of a large pool at once, and leave
/// holes between what each session keeps. Used on one io_context only; it outlives the
/// permits.
class opening_limit {
    struct releaser {
        void operator()(opening_limit* limit) const { limit->release(); }
    };

public:
    /// To open one connection; destroying it ends that.
    using permit = std::unique_ptr<opening_limit, releaser>;

    explicit opening_limit(std::size_t most) : free_(most) {}
    opening_limit(const opening_limit&) = delete;
    opening_limit& operator=(const opening_limit&) = delete;

    /// Waits for a permit. `timer` is the caller's: cancelling it ends the wait, and then
    /// this throws system_error with operation_aborted.
    awaitable<permit> acquire(steady_timer& timer);

private:
    struct waiter {
        steady_timer& timer;
        bool granted = false;
    };
    class place; // In the queue.

    void release();

    std::size_t free_;
    std::list<waiter> queue_;
};

} // namespace avatar::transport
