#include "tests/nodes/tcp_proxy.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <list>
#include <random>
#include <thread>

namespace avatar::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto use = asio::as_tuple(asio::use_awaitable);

/// How often held bytes look whether they may go on.
constexpr std::chrono::milliseconds look_again(10);

constexpr std::size_t longest_recording = 256 * 1024;

enum class way { pass, hold, swallow, corrupt };

struct proxied {
    explicit proxied(asio::io_context& io) : client(io), server(io) {}

    tcp::socket client;
    tcp::socket server;
    bool has_lost_bytes = false;

    void reset() {
        for (auto* socket : {&client, &server}) {
            error_code ignored;
            socket->set_option(asio::socket_base::linger(true, 0), ignored);
            socket->close(ignored);
        }
    }
};

} // namespace

class tcp_proxy::implementation : public std::enable_shared_from_this<implementation> {
public:
    explicit implementation(std::uint16_t to)
        : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          port_(acceptor_.local_endpoint().port()),
          to_(to) {}

    void start() {
        asio::co_spawn(io_, accept(), asio::detached);
        thread_ = std::thread([this] { io_.run(); });
    }

    void stop() {
        io_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return port_; }

    /// On the proxy's thread, and done when this returns.
    template <class Step>
    void step(Step what) {
        std::promise<void> done;
        asio::post(io_, [&] {
            what();
            done.set_value();
        });
        done.get_future().wait();
    }

    void point_at(std::uint16_t to) {
        step([&] { to_ = to; });
    }

    void set(way from_client, way from_server) {
        step([&] {
            from_client_ = from_client;
            from_server_ = from_server;
        });
    }

    void cut(bool and_those_to_come) {
        step([&] {
            refuses_ = and_those_to_come;
            for (const auto& each : connections_)
                if (const auto connection = each.lock())
                    connection->reset();
            connections_.clear();
        });
    }

    void limit(std::size_t rate) {
        step([&] { rate_ = rate; });
    }

    void mend() {
        step([&] {
            from_client_ = from_server_ = way::pass;
            refuses_ = false;
            rate_ = 0;
            for (const auto& each : connections_)
                if (const auto connection = each.lock(); connection && connection->has_lost_bytes)
                    connection->reset();
        });
    }

    std::string recording() {
        std::string copy;
        step([&] { copy = recording_; });
        return copy;
    }

    std::size_t accepted() const { return accepted_; }
    std::uint64_t forwarded() const { return forwarded_; }

private:
    asio::awaitable<void> accept() {
        for (;;) {
            auto connection = std::make_shared<proxied>(io_);
            const auto [error] = co_await acceptor_.async_accept(connection->client, use);
            if (error)
                co_return;
            ++accepted_;
            if (refuses_ || to_ == 0) {
                connection->reset();
                continue;
            }
            std::erase_if(connections_, [](const auto& each) { return each.expired(); });
            connections_.push_back(connection);
            asio::co_spawn(io_, serve(connection), asio::detached);
        }
    }

    asio::awaitable<void> serve(std::shared_ptr<proxied> connection) {
        const tcp::endpoint to(asio::ip::address_v4::loopback(), to_);
        const auto [error] = co_await connection->server.async_connect(to, use);
        if (error) {
            connection->reset();
            co_return;
        }
        asio::co_spawn(io_,
                       forward(connection, connection->client, connection->server, from_client_),
                       asio::detached);
        co_await forward(connection, connection->server, connection->client, from_server_);
    }

    asio::awaitable<void> forward(std::shared_ptr<proxied> connection, tcp::socket& from,
                                  tcp::socket& to, const way& how) {
        asio::steady_timer timer(io_);
        std::array<char, 16 * 1024> bytes;
        const auto pause = [&](auto time) {
            timer.expires_after(time);
            return timer.async_wait(use);
        };
        for (;;) {
            while (how == way::hold && from.is_open())
                co_await pause(look_again);
            const auto [error, count] = co_await from.async_read_some(asio::buffer(bytes), use);
            while (how == way::hold && to.is_open())
                co_await pause(look_again);
            if (how == way::swallow && !error) {
                connection->has_lost_bytes = true;
                continue;
            }
            if (how == way::corrupt && !error && random_() % 4 == 0) {
                connection->has_lost_bytes = true;
                bytes[random_() % count] = static_cast<char>(random_());
            }
            if (error == asio::error::eof) {
                error_code ignored;
                to.shutdown(tcp::socket::shutdown_send, ignored);
                co_return;
            }
            if (error)
                break;
            if (&from == &connection->client && recording_.size() < longest_recording)
                recording_.append(bytes.data(), count);
            if (rate_ > 0)
                co_await pause(std::chrono::microseconds(count * 1'000'000 / rate_));
            const auto [failed, written] =
                co_await asio::async_write(to, asio::buffer(bytes.data(), count), use);
            if (failed)
                break;
            forwarded_ += written;
        }
        connection->reset();
    }

    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    std::uint16_t port_;
    std::thread thread_;
    std::atomic<std::size_t> accepted_ = 0;
    std::atomic<std::uint64_t> forwarded_ = 0;

    // Of its thread.
    std::uint16_t to_;
    way from_client_ = way::pass;
    way from_server_ = way::pass;
    bool refuses_ = false;
    std::size_t rate_ = 0;
    std::list<std::weak_ptr<proxied>> connections_;
    std::string recording_;
    std::mt19937_64 random_{std::random_device{}()};
};

tcp_proxy::tcp_proxy(std::uint16_t to) : implementation_(std::make_shared<implementation>(to)) {
    implementation_->start();
}

tcp_proxy::~tcp_proxy() {
    implementation_->stop();
}

std::uint16_t tcp_proxy::port() const {
    return implementation_->port();
}

void tcp_proxy::point_at(std::uint16_t to) {
    implementation_->point_at(to);
}

void tcp_proxy::stop_forwarding() {
    implementation_->set(way::hold, way::hold);
}

void tcp_proxy::swallow_from_client() {
    implementation_->set(way::swallow, way::pass);
}

void tcp_proxy::swallow_from_server() {
    implementation_->set(way::pass, way::swallow);
}

void tcp_proxy::corrupt() {
    implementation_->set(way::corrupt, way::corrupt);
}

void tcp_proxy::cut() {
    implementation_->cut(true);
}

void tcp_proxy::cut_once() {
    implementation_->cut(false);
}

void tcp_proxy::limit(std::size_t bytes_per_second) {
    implementation_->limit(bytes_per_second);
}

void tcp_proxy::mend() {
    implementation_->mend();
}

std::size_t tcp_proxy::connections() const {
    return implementation_->accepted();
}

std::string tcp_proxy::recording() const {
    return implementation_->recording();
}

std::uint64_t tcp_proxy::forwarded() const {
    return implementation_->forwarded();
}

} // namespace avatar::tests
