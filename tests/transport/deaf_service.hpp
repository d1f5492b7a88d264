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
#include <string>
#include <thread>

namespace avatar::tests {

/// A service that takes one session and then reads badly. On a thread of its own.
class deaf_service {
public:
    enum class habit {
        silent, ///< Reads nothing any more and sends nothing.
        talks,  ///< Reads nothing any more and sends frames that nobody has asked for.
        slow,   ///< Reads `slow_bytes` in small portions, then ends the request "r-1".
    };
    static constexpr std::size_t slow_bytes = 32 * 1024 * 1024;

    explicit deaf_service(habit has) : has_(has), thread_([this] { serve(); }) {}

    ~deaf_service() {
        stopped_ = true;
        boost::system::error_code ignored;
        ::shutdown(acceptor_.native_handle(), SHUT_RD); // Wakes a thread that accepts.
        thread_.join();
        acceptor_.close(ignored);
    }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

private:
    using tcp = boost::asio::ip::tcp;

    void serve() {
        try {
            give_token();
            boost::beast::websocket::stream<tcp::socket> ws(acceptor_.accept());
            ws.accept();
            ws.binary(true);
            boost::beast::flat_buffer terms;
            ws.read(terms);
            ws.write(bytes_of(protocol::confirm_session{"connection-1"}));
            std::string portion(256 * 1024, ' ');
            std::size_t read = 0;
            while (!stopped_) {
                boost::asio::steady_timer pace(io_, std::chrono::milliseconds(10));
                pace.wait();
                if (has_ == habit::talks)
                    ws.write(frame("nobody's"));
                if (has_ == habit::slow && read < slow_bytes)
                    read += ws.next_layer().read_some(boost::asio::buffer(portion));
                if (has_ == habit::slow && read >= slow_bytes)
                    ws.write(frame("r-1"));
            }
        } catch (const boost::system::system_error&) {
            // The client has left.
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

    boost::asio::const_buffer frame(std::string_view of) {
        protocol::response_animation last;
        last.connection_id = "connection-1";
        last.req_id = of;
        last.end = true;
        return bytes_of(last);
    }

    boost::asio::const_buffer bytes_of(const protocol::message& message) {
        bytes_ = protocol::encode(message);
        return boost::asio::buffer(bytes_);
    }

    const habit has_;
    std::string bytes_;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::atomic<bool> stopped_ = false;
    std::thread thread_;
};

} // namespace avatar::tests
