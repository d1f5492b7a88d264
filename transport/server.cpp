#include "transport/server.hpp"

#include "transport/executor.hpp"
#include "transport/listening.hpp"
#include "transport/server_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/string.hpp>

#include <atomic>
#include <chrono>
#include <sys/socket.h>
#include <unordered_set>

namespace avatar::transport {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

std::string_view http_request::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (boost::beast::iequals(key, {name.data(), name.size()}))
            return value;
    return {};
}

/// Shared by the accepting coroutine and every connection, so that the server
/// object may go while they end.
class server::implementation : public std::enable_shared_from_this<implementation> {
public:
    implementation(asio::io_context& io, tcp_acceptor acceptor, tls_context tls,
                   server_callbacks callbacks, const server_limits& limits)
        : io_(io),
          acceptor_(std::move(acceptor)),
          pause_(io),
          tls_(std::move(tls)),
          port_(acceptor_.local_endpoint().port()),
          callbacks_(std::make_shared<const server_callbacks>(std::move(callbacks))),
          limits_(limits) {}

    std::uint16_t port() const { return port_; }

    void start() { asio::co_spawn(io_, accept(shared_from_this()), asio::detached); }

    /// Ends every connection in that way.
    void stop(void (server_connection::*end)()) {
        if (!stopped_.exchange(true))
            // The acceptor belongs to the io_context; closing it there alone would
            // leave the port taken for a while.
            ::shutdown(acceptor_.native_handle(), SHUT_RD);
        asio::post(io_, [self = shared_from_this(), end] {
            boost::system::error_code ignored;
            self->acceptor_.close(ignored);
            self->pause_.cancel();
            for (auto* connection : self->connections_)
                (connection->*end)();
        });
    }

private:
    // Holds itself alive through its argument, which lives in the coroutine frame.
    awaitable<void> accept(std::shared_ptr<implementation>) {
        while (acceptor_.is_open()) {
            boost::system::error_code ec;
            auto socket = co_await acceptor_.async_accept(asio::redirect_error(use_awaitable, ec));
            // Held here, it keeps those behind it from being accepted.
            if (!ec && callbacks_->accept_pause)
                co_await pause(wanted_pause(socket));
            if (!acceptor_.is_open())
                co_return;
            if (!ec)
                serve(std::move(socket));
            else
                co_await pause(std::chrono::milliseconds(50)); // Out of descriptors, say.
        }
    }

    awaitable<void> pause(std::chrono::milliseconds length) {
        if (length.count() == 0)
            co_return;
        boost::system::error_code cancelled;
        pause_.expires_after(length);
        co_await pause_.async_wait(asio::redirect_error(use_awaitable, cancelled));
    }

    /// None where it cannot be told.
    std::chrono::milliseconds wanted_pause(const tcp_socket& of) const {
        try {
            return callbacks_->accept_pause();
        } catch (...) {
            boost::system::error_code gone;
            log_current_exception(called_for("accept_pause", of.remote_endpoint(gone)));
            return std::chrono::milliseconds(0);
        }
    }

    void serve(tcp_socket socket) {
        try {
            start_connection(std::move(socket));
        } catch (...) {
            log_current_exception("server: accepting a connection");
        }
    }

    void start_connection(tcp_socket socket) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto connection = std::make_shared<server_connection>(
            stream(std::move(socket), tls_), callbacks_, limits_,
            [self = shared_from_this()](server_connection& ended) {
                self->connections_.erase(&ended);
            });
        connections_.insert(connection.get());
        connection->start();
    }

    asio::io_context& io_;
    tcp_acceptor acceptor_;
    steady_timer pause_;
    std::atomic<bool> stopped_ = false;
    tls_context tls_;
    std::uint16_t port_;
    std::shared_ptr<const server_callbacks> callbacks_;
    server_limits limits_;
    std::unordered_set<server_connection*> connections_; // Each removes itself at its end.
};

server::server(asio::io_context& io, const std::string& address, std::uint16_t port,
               tls_context tls, server_callbacks callbacks, server_limits limits)
    : implementation_(std::make_shared<implementation>(
          io, listen_on(io, address, port), std::move(tls), std::move(callbacks), limits)) {
    implementation_->start();
}

server::~server() {
    stop();
}

std::uint16_t server::port() const {
    return implementation_->port();
}

void server::stop() {
    implementation_->stop(&server_connection::go_away);
}

void server::stop_abruptly() {
    implementation_->stop(&server_connection::abort);
}

} // namespace avatar::transport
