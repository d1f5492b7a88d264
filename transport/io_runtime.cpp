#include "transport/io_runtime.hpp"

#include "transport/containment.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace avatar::transport {

void run_contained(boost::asio::io_context& io) {
    for (;;) {
        try {
            io.run();
            return;
        } catch (...) {
            log_current_exception("a handler on an I/O thread");
        }
    }
}

struct io_runtime::worker {
    // The hint says that one thread runs it: Asio then skips its locks.
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
        boost::asio::make_work_guard(context);
    std::promise<void> done;
    std::thread thread{[this] {
        run_contained(context);
        done.set_value();
    }};

    ~worker() {
        context.stop();
        if (thread.joinable())
            thread.join();
    }
};

struct io_runtime::turn {
    std::atomic<std::size_t> next{0};
};

io_runtime::io_runtime(std::size_t threads) : turn_(std::make_unique<turn>()) {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
        workers_.push_back(std::make_unique<worker>());
}

io_runtime::~io_runtime() = default;

std::vector<boost::asio::io_context*> io_runtime::contexts() const {
    std::vector<boost::asio::io_context*> all;
    all.reserve(workers_.size());
    for (const auto& worker : workers_)
        all.push_back(&worker->context);
    return all;
}

bool io_runtime::drain(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (auto& worker : workers_)
        worker->work.reset();
    for (auto& worker : workers_)
        if (worker->done.get_future().wait_until(deadline) == std::future_status::timeout)
            return false;
    return true;
}

boost::asio::io_context& io_runtime::next() {
    const auto i = turn_->next.fetch_add(1, std::memory_order_relaxed);
    return workers_[i % workers_.size()]->context;
}

} // namespace avatar::transport
