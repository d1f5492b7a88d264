#include "main/interrupts.hpp"

#include "transport/io_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace avatar {
namespace {

/// Signals that come so soon after the first are that one.
constexpr auto same_signal = std::chrono::seconds(1);

/// To leave in good order after the second one.
constexpr auto leave_limit = std::chrono::seconds(2);

} // namespace

class interrupts::watch {
public:
    explicit watch(interrupt_handlers handlers)
        : handlers_(std::move(handlers)),
          signals_(io_, SIGINT, SIGTERM),
          overdue_(io_) {
        // The terminal was closed; nohup has it ignored, and ignored it stays.
        struct sigaction hang_up {};
        if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
            signals_.add(SIGHUP);
        wait();
        thread_ = std::thread([this] { transport::run_contained(io_); });
    }

    ~watch() {
        io_.stop();
        thread_.join();
    }

    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    void handle(interrupt_handlers handlers) {
        const std::lock_guard lock(mutex_);
        handlers_ = std::move(handlers);
    }

private:
    using clock = std::chrono::steady_clock;

    void wait() {
        signals_.async_wait([this](boost::system::error_code ec, int) {
            if (ec)
                return;
            on_signal();
            wait();
        });
    }

    void on_signal() {
        if (call(&interrupt_handlers::stop)) {
            first_ = clock::now();
        } else if (!second_ && clock::now() - first_ >= same_signal) {
            second_ = true;
            call(&interrupt_handlers::stop_at_once);
            overdue_.expires_after(leave_limit);
            overdue_.async_wait([this](boost::system::error_code ec) {
                if (!ec)
                    call(&interrupt_handlers::leave);
            });
        }
    }

    /// False: there is none, or none any more.
    bool call(std::function<void()> interrupt_handlers::*which) {
        const std::lock_guard lock(mutex_);
        const auto handler = std::exchange(handlers_.*which, nullptr);
        if (handler)
            handler();
        return handler != nullptr;
    }

    std::mutex mutex_; // While a handler runs; not held by whoever it waits for.
    interrupt_handlers handlers_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer overdue_;
    clock::time_point first_;
    bool second_ = false;
    std::thread thread_;
};

interrupts::interrupts(interrupt_handlers handlers)
    : watch_(std::make_unique<watch>(std::move(handlers))) {}

interrupts::~interrupts() = default;

void interrupts::handle(interrupt_handlers handlers) {
    watch_->handle(std::move(handlers));
}

} // namespace avatar
