#include "transport/opening_limit.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

namespace avatar::transport {

namespace asio = boost::asio;

/// Left when the coroutine ends, be it that it never goes on.
class opening_limit::place {
public:
    place(std::list<waiter>& queue, steady_timer& timer)
        : queue_(queue),
          at_(queue.insert(queue.end(), {timer})) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { queue_.erase(at_); }

    bool granted() const { return at_->granted; }

private:
    std::list<waiter>& queue_;
    std::list<waiter>::iterator at_;
};

awaitable<opening_limit::permit> opening_limit::acquire(steady_timer& timer) {
    if (free_ > 0) {
        --free_;
        co_return permit(this);
    }
    const place mine(queue_, timer);
    timer.expires_at(steady_timer::time_point::max());
    boost::system::error_code cancelled; // By `release`, or by the caller.
    co_await timer.async_wait(asio::redirect_error(use_awaitable, cancelled));
    if (!mine.granted())
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return permit(this);
}

/// The permit goes to the first that has none yet.
void opening_limit::release() {
    for (auto& next : queue_)
        if (!next.granted) {
            next.granted = true;
            next.timer.cancel();
            return;
        }
    ++free_;
}

} // namespace avatar::transport
