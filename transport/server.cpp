#include "transport/server.hpp"

#include "transport/server_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>

#include <chrono>
#include <unordered_set>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

tcp::acceptor listen_on(asio::io_context& io, const std::string& address, std::uint16_t port) {
    const auto fail = [&](const std::string& why) {
        const auto host = address.find(':') == std::string::npos ? address : "[" + address + "]";
        throw listen_error("cannot listen on " + host + ":" + std::to_string(port) + ": " + why);
    };
    boost::system::error_code ec;
    const auto ip = asio::ip::make_address(address, ec);
    if (ec)
        fail("not an IP address; expected one such as 127.0.0.1 or ::1");
    const tcp::endpoint endpoint(ip, port);
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec)
        acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec)
        acceptor.bind(endpoint, ec);
    if (!ec)
        acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
        fail(ec.message());
    return acceptor;
}

} // namespace

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
    implementation(asio::io_context& io, tcp::acceptor acceptor, tls_context tls,
                   server_callbacks callbacks)
        : io_(io),
          acceptor_(std::move(acceptor)),
          tls_(std::move(tls)),
          port_(acceptor_.local_endpoint().port()),
          callbacks_(std::make_shared<const server_callbacks>(std::move(callbacks))) {}

    std::uint16_t port() const { return port_; }

    void start() { asio::co_spawn(io_, accept(shared_from_this()), asio::detached); }

    void stop() {
        asio::post(io_, [self = shared_from_this()] {
            boost::system::error_code ignored;
            self->acceptor_.close(ignored);
            for (auto* connection : self->connections_)
                connection->go_away();
        });
    }

private:
    // Holds itself alive through its argument, which lives in the coroutine frame.
    asio::awaitable<void> accept(std::shared_ptr<implementation>) {
        while (acceptor_.is_open()) {
            boost::system::error_code ec;
            auto socket =
                co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
            if (!ec)
                serve(std::move(socket));
            else if (acceptor_.is_open())
                co_await pause(); // Out of descriptors, say: others will be freed.
        }
    }

    asio::awaitable<void> pause() {
        asio::steady_timer timer(io_, std::chrono::milliseconds(50));
        co_await timer.async_wait(asio::use_awaitable);
    }

    void serve(tcp::socket socket) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto connection = std::make_shared<server_connection>(
            stream(std::move(socket), tls_), callbacks_,
            [self = shared_from_this()](server_connection& ended) {
                self->connections_.erase(&ended);
            });
        connections_.insert(connection.get());
        connection->start();
    }

    asio::io_context& io_;
    tcp::acceptor acceptor_;
    tls_context tls_;
    std::uint16_t port_;
    std::shared_ptr<const server_callbacks> callbacks_;
    std::unordered_set<server_connection*> connections_; // Each removes itself at its end.
};

server::server(asio::io_context& io, const std::string& address, std::uint16_t port,
               tls_context tls, server_callbacks callbacks)
    : implementation_(std::make_shared<implementation>(io, listen_on(io, address, port),
                                                       std::move(tls), std::move(callbacks))) {
    implementation_->start();
}

server::~server() {
    implementation_->stop();
}

std::uint16_t server::port() const {
    return implementation_->port();
}

void server::stop() {
    implementation_->stop();
}

} // namespace avatar::transport
