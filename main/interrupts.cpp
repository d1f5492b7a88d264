#include "main/interrupts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <utility>

namespace avatar {

/// Lives on the io_context's thread, which may outlast the `interrupts`.
class interrupts::watch : public std::enable_shared_from_this<watch> {
public:
    watch(boost::asio::io_context& io, std::function<void()> on_first)
        : io_(io),
          signals_(io, SIGINT, SIGTERM),
          on_first_(std::move(on_first)) {
        // The terminal was closed; nohup has it ignored, and ignored it stays.
        struct sigaction hang_up {};
        if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN)
            signals_.add(SIGHUP);
    }

    void wait() {
        signals_.async_wait([self = shared_from_this()](boost::system::error_code ec, int) {
            if (ec || self->over_)
                return;
            if (!self->on_first_)
                std::_Exit(128 + SIGINT);
            std::exchange(self->on_first_, nullptr)();
            self->wait();
        });
    }

    void end() {
        boost::asio::post(io_, [self = shared_from_this()] {
            self->over_ = true;
            self->on_first_ = nullptr; // What it holds is destroyed now.
            self->signals_.cancel();
        });
    }

private:
    boost::asio::io_context& io_;
    boost::asio::signal_set signals_;
    std::function<void()> on_first_; // Empty once called.
    bool over_ = false;
};

interrupts::interrupts(boost::asio::io_context& io, std::function<void()> on_first)
    : watch_(std::make_shared<watch>(io, std::move(on_first))) {
    watch_->wait();
}

interrupts::~interrupts() {
    watch_->end();
}

} // namespace avatar
