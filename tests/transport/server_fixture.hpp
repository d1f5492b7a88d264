#pragma once

#include "tests/support/inbox.hpp"
#include "transport/io_runtime.hpp"
#include "transport/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::tests {

inline transport::shared_bytes bytes_of(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

/// More than the kernel holds of what is not read.
constexpr std::size_t huge_size = 32 * 1024 * 1024;

struct received_message {
    std::string bytes;
    bool is_text = false;
};

/// A server that tells of its clients and leaves what they are sent to the test, which
/// reads as raw clients do, with calls that block.
struct server_fixture {
    using socket = boost::asio::ip::tcp::socket;
    using client = boost::beast::websocket::stream<socket>;
    using response = boost::beast::http::response<boost::beast::http::string_body>;

    explicit server_fixture(const transport::server_limits& limits = {})
        : server(std::in_place, *thread, "127.0.0.1", std::uint16_t(0), nullptr, callbacks(),
                 limits) {}

    ~server_fixture() {
        server.reset();
        // None outlives the threads.
        while (peers.take(std::chrono::seconds(0))) {
        }
    }

    socket connect() {
        socket made(client_io);
        made.connect({boost::asio::ip::make_address("127.0.0.1"), port});
        return made;
    }

    /// A WebSocket, and the server's side of it, which is there then.
    std::pair<client, std::shared_ptr<transport::peer>> upgraded() {
        client ws(connect());
        ws.handshake("localhost", "/");
        auto peer = next_peer();
        return {std::move(ws), std::move(peer)};
    }

    static response read_response(socket& from) {
        boost::beast::flat_buffer buffer;
        response answer;
        boost::beast::http::read(from, buffer, answer);
        return answer;
    }

    /// The answer to a request with that first line and those further ones.
    static response ask(socket& to, const std::string& request_line,
                        const std::string& headers = {}, const std::string& body = {}) {
        boost::asio::write(to, boost::asio::buffer(request_line + "\r\nHost: localhost\r\n" +
                                                   headers + "\r\n" + body));
        return read_response(to);
    }

    /// All that still comes until the connection ends.
    static std::string rest_of(socket& from) {
        std::string all;
        boost::system::error_code end;
        boost::asio::read(from, boost::asio::dynamic_buffer(all), end);
        return all;
    }

    static std::string read_bytes(socket& from, std::size_t size) {
        std::string bytes(size, '\0');
        boost::asio::read(from, boost::asio::buffer(bytes));
        return bytes;
    }

    /// The next WebSocket that the server has accepted.
    std::shared_ptr<transport::peer> next_peer() {
        auto next = peers.take();
        if (!next)
            throw std::runtime_error("no client was accepted");
        return *next;
    }

    /// On the server's thread, after all that is due there.
    void on_thread(const std::function<void()>& step) {
        std::promise<void> done;
        boost::asio::post(*thread, [&] {
            step();
            done.set_value();
        });
        done.get_future().wait();
    }

    /// The handler of the connection has heard of its end, with that code, and is gone.
    bool ended_with(std::uint16_t code) {
        return closed.take() == code && released.take().has_value();
    }

    bool nothing_more_closed() {
        on_thread([] {});
        return !closed.take(std::chrono::seconds(0));
    }

    inbox<std::shared_ptr<transport::peer>> peers;
    inbox<received_message> messages;
    inbox<std::uint16_t> closed;
    inbox<int> released; ///< Handlers that were destroyed.
    boost::asio::io_context client_io;
    transport::io_runtime io{1};
    boost::asio::io_context* thread = &io.next();
    std::optional<transport::server> server;
    const std::uint16_t port = server->port();

private:
    class handler : public transport::peer_handler {
    public:
        explicit handler(server_fixture& to) : to_(to) {}
        ~handler() override { to_.released.put(1); }

        void on_message(std::string_view bytes, bool is_text) override {
            to_.messages.put({std::string(bytes), is_text});
        }
        void on_closed(std::uint16_t code) override { to_.closed.put(code); }

    private:
        server_fixture& to_;
    };

    /// Says what was asked, with the marks of the target.
    static transport::http_reply reply_to(const transport::http_request& request) {
        transport::http_reply reply;
        reply.body = request.method + " " + request.target + " " +
                     std::string(request.header("x-mark")) + " " + request.body;
        if (request.target.ends_with("slow"))
            reply.delay = std::chrono::milliseconds(5);
        if (request.target == "/late")
            reply.delay = std::chrono::milliseconds(1500);
        if (request.target.starts_with("/huge"))
            reply.body.resize(huge_size, 'x');
        if (request.target == "/never")
            reply.delay = std::chrono::hours(1);
        if (request.target == "/teapot") {
            reply.status = 418;
            reply.content_type = "text/plain";
        }
        return reply;
    }

    transport::server_callbacks callbacks() {
        return {reply_to, [this](const transport::http_request& request) {
                    if (request.target != "/")
                        return transport::upgrade_verdict(
                            transport::http_reply{403, "refused " + request.target});
                    return transport::upgrade_verdict(
                        transport::accept_upgrade([this](std::shared_ptr<transport::peer> made) {
                            peers.put(std::move(made));
                            return std::make_shared<handler>(*this);
                        }));
                }};
    }
};

} // namespace avatar::tests
