#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/log_capture.hpp"
#include "transport/io_runtime.hpp"
#include "transport/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <stdexcept>

#define CAF_SUITE server_exceptions

using namespace avatar;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using transport::http_reply;
using transport::http_request;
using transport::peer;

/// What a handler does with its messages.
struct script {
    std::function<http_reply(const http_request&)> request = nullptr;
    std::function<void(const http_request&)> upgrade = nullptr;
    std::function<void(const std::shared_ptr<peer>&)> opened = nullptr;
    std::function<void(const std::shared_ptr<peer>&, std::string_view)> message = nullptr;
    std::function<void()> closed = nullptr;
    std::function<std::chrono::milliseconds()> pause = nullptr;
};

class handler : public transport::peer_handler {
public:
    handler(std::shared_ptr<const script> to, const std::shared_ptr<peer>& client)
        : script_(std::move(to)),
          client_(client) {}

    void on_message(std::string_view bytes, bool) override {
        if (script_->message)
            script_->message(client_.lock(), bytes);
    }

    void on_closed(std::uint16_t) override {
        if (script_->closed)
            script_->closed();
    }

private:
    std::shared_ptr<const script> script_;
    std::weak_ptr<peer> client_;
};

struct server_exceptions_fixture {
    /// A server that follows the script.
    void serve(script as) {
        auto shared = std::make_shared<const script>(std::move(as));
        server.emplace(
            io.next(), "127.0.0.1", 0, nullptr,
            transport::server_callbacks{
                [shared](const http_request& request) {
                    return shared->request ? shared->request(request) : http_reply{200, "{}"};
                },
                [shared](const http_request& request) -> transport::upgrade_verdict {
                    if (shared->upgrade)
                        shared->upgrade(request);
                    return transport::accept_upgrade([shared](std::shared_ptr<peer> client) {
                        if (shared->opened)
                            shared->opened(client);
                        return std::make_shared<handler>(shared, client);
                    });
                },
                shared->pause});
    }

    asio::ip::tcp::socket connect() {
        asio::ip::tcp::socket socket(client_io);
        socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
        return socket;
    }

    beast::http::response<beast::http::string_body> ask(asio::ip::tcp::socket& socket) {
        beast::http::request<beast::http::empty_body> request(beast::http::verb::get, "/", 11);
        request.set(beast::http::field::host, "localhost");
        beast::http::write(socket, request);
        beast::flat_buffer buffer;
        beast::http::response<beast::http::string_body> response;
        beast::http::read(socket, buffer, response);
        return response;
    }

    static std::string port_of(const asio::ip::tcp::socket& socket) {
        return std::to_string(socket.local_endpoint().port());
    }

    using client = beast::websocket::stream<asio::ip::tcp::socket>;

    client upgraded() {
        client ws(connect());
        ws.handshake("localhost", "/");
        return ws;
    }

    /// The code that the server closes with.
    static std::uint16_t close_code(client& ws) {
        beast::flat_buffer buffer;
        beast::error_code ec;
        while (!ec)
            ws.read(buffer, ec);
        return ws.reason().code;
    }

    /// A line about that failure, with the client's address in it.
    void check_logged(const std::string& what, const std::string& port) {
        CAF_CHECK_EQUAL(log.next(), "error: server: " + what + " for 127.0.0.1:" + port +
                                        " failed: made to fail");
    }

    /// It serves on, and nothing else was logged.
    void check_goes_on() {
        auto socket = connect();
        CAF_CHECK_EQUAL(ask(socket).result_int(), 200u);
        CAF_CHECK(!log.more());
    }

    tests::log_capture log;
    asio::io_context client_io;
    transport::io_runtime io{1};
    std::optional<transport::server> server;
};

[[noreturn]] void fail() {
    throw std::runtime_error("made to fail");
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_exception_tests, server_exceptions_fixture)

CAF_TEST(a request whose handler throws is answered with 500 and the next one served) {
    int requests = 0;
    serve({.request = [&](const http_request&) {
        if (++requests == 1)
            fail();
        return http_reply{200, "{}"};
    }});
    auto socket = connect();
    const auto failed = ask(socket);
    CAF_CHECK_EQUAL(failed.result_int(), 500u);
    CAF_CHECK_EQUAL(failed.body(), "{\"message\":\"internal server error\"}");
    CAF_CHECK_EQUAL(failed[beast::http::field::content_type], "application/json");
    check_logged("on_request", port_of(socket));
    CAF_CHECK_EQUAL(ask(socket).result_int(), 200u); // On the same connection.
    check_goes_on();
}

CAF_TEST(an upgrade whose handler throws is refused with 500) {
    serve({.upgrade = [](const http_request&) { fail(); }});
    client ws(connect());
    const auto port = port_of(ws.next_layer());
    beast::websocket::response_type response;
    beast::error_code ec;
    ws.handshake(response, "localhost", "/", ec);
    CAF_CHECK(ec == beast::websocket::error::upgrade_declined);
    CAF_CHECK_EQUAL(response.result_int(), 500u);
    CAF_CHECK_EQUAL(response.body(), "{\"message\":\"internal server error\"}");
    check_logged("on_upgrade", port);
    check_goes_on();
}

CAF_TEST(a WebSocket whose handler cannot be made is closed with 1011) {
    serve({.opened = [](const std::shared_ptr<peer>&) { fail(); }});
    auto ws = upgraded();
    const auto port = port_of(ws.next_layer());
    CAF_CHECK_EQUAL(close_code(ws), 1011u);
    check_logged("on_upgrade", port);
    check_goes_on();
}

CAF_TEST(a WebSocket whose handler throws at a message is closed with 1011) {
    tests::inbox<int> closed;
    int messages = 0;
    serve({.message =
               [&](const std::shared_ptr<peer>&, std::string_view) {
                   ++messages;
                   fail();
               },
           .closed = [&] { closed.put(1); }});
    auto ws = upgraded();
    const auto port = port_of(ws.next_layer());
    ws.write(asio::buffer("one", 3));
    ws.write(asio::buffer("two", 3)); // The handler hears no more.
    CAF_CHECK_EQUAL(close_code(ws), 1011u);
    CAF_CHECK(closed.take().has_value()); // But the last call.
    CAF_CHECK_EQUAL(messages, 1);
    check_logged("on_message", port);
    check_goes_on();
}

CAF_TEST(what a handler throws may be anything) {
    serve({.message = [](const std::shared_ptr<peer>&, std::string_view bytes) {
        if (bytes == "int")
            throw 42;
        // Not taken for an error of the client's connection.
        throw boost::system::system_error(asio::error::connection_reset);
    }});
    for (const std::string what : {"int", "error"}) {
        auto ws = upgraded();
        ws.write(asio::buffer(what));
        CAF_CHECK_EQUAL(close_code(ws), 1011u);
        CAF_CHECK(log.next().starts_with("error: server: on_message for 127.0.0.1:"));
    }
    check_goes_on();
}

CAF_TEST(a handler that throws at the end is logged) {
    serve({.closed = [] { fail(); }});
    auto ws = upgraded();
    const auto port = port_of(ws.next_layer());
    ws.close(beast::websocket::close_code::normal);
    check_logged("on_closed", port);
    check_goes_on();
}

CAF_TEST(a handler that throws at a time of its own ends its client alone) {
    serve({.message = [](const std::shared_ptr<peer>& client, std::string_view) {
        asio::post(client->executor(), [client] { client->contain([] { fail(); }); });
    }});
    auto ws = upgraded();
    const auto port = port_of(ws.next_layer());
    ws.write(asio::buffer("one", 3));
    CAF_CHECK_EQUAL(close_code(ws), 1011u);
    check_logged("handler", port);
    check_goes_on();
}

CAF_TEST(a pause that cannot be told is none) {
    int accepted = 0;
    serve({.pause = [&] {
        if (++accepted == 1)
            fail();
        return 0ms;
    }});
    auto socket = connect();
    CAF_CHECK_EQUAL(ask(socket).result_int(), 200u);
    check_logged("accept_pause", port_of(socket));
    check_goes_on();
}

CAF_TEST(clients that come and go are not worth a line) {
    serve({});
    {
        auto ws = upgraded();
        auto plain = connect();
        auto resets = connect();
        resets.set_option(asio::socket_base::linger(true, 0));
        auto garbage = connect();
        asio::write(garbage, asio::buffer("\x16\x03\x01nonsense\r\n\r\n", 14));
    }
    check_goes_on();
}

CAF_TEST_FIXTURE_SCOPE_END()
