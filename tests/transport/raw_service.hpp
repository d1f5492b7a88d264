#pragma once

#include "protocol/console.hpp"
#include "protocol/wire.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace avatar::tests {

/// A service that takes one session and then does with its WebSocket what a well-behaved
/// one would not. On a thread of its own, with calls that block.
class raw_service {
public:
    using tcp = boost::asio::ip::tcp;
    using websocket = boost::beast::websocket::stream<tcp::socket>;

    /// `goes_on` has the WebSocket after the session is confirmed; what it throws of
    /// errors in the connection ends it.
    explicit raw_service(std::function<void(raw_service&, websocket&)> goes_on)
        : goes_on_(std::move(goes_on)),
          thread_([this] { serve(); }) {}

    ~raw_service() {
        stopped_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RD); // Wakes a thread that accepts, ...
        if (session_ >= 0)
            ::shutdown(session_, SHUT_RDWR); // ... or reads.
        thread_.join();
    }

    std::uint16_t port() const { return port_; }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

    /// Waits a little, so that what is done again and again fills no buffer at once.
    /// False when the service is to end.
    bool pace() {
        boost::asio::steady_timer timer(io_, std::chrono::milliseconds(10));
        timer.wait();
        return !stopped_;
    }

    /// The last frame of that request.
    std::string last_frame(std::string_view of) const {
        protocol::response_animation last;
        last.connection_id = "connection-1";
        last.req_id = of;
        last.end = true;
        return protocol::encode(last);
    }

private:
    void serve() {
        try {
            give_token();
            websocket ws(acceptor_.accept());
            ws.accept();
            ws.binary(true);
            boost::beast::flat_buffer terms;
            ws.read(terms);
            const auto confirm = protocol::encode(protocol::confirm_session{"connection-1"});
            ws.write(boost::asio::buffer(confirm));
            session_ = ws.next_layer().native_handle();
            goes_on_(*this, ws);
            session_ = -1;
        } catch (const boost::system::system_error&) {
            session_ = -1; // The client has left.
        }
    }

    void give_token() {
        namespace http = boost::beast::http;
        auto socket = acceptor_.accept();
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> request;
        http::read(socket, buffer, request);
        http::response<http::string_body> response(http::status::ok, 11);
        response.body() = protocol::token_response("token-1");
        response.prepare_payload();
        http::write(socket, response);
    }

    std::function<void(raw_service&, websocket&)> goes_on_;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::atomic<bool> stopped_ = false;
    std::atomic<int> session_ = -1; // Its socket.
    std::thread thread_;
};

} // namespace avatar::tests
