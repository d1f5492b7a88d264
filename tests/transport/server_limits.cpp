#include "tests/support/dsl.hpp"
#include "tests/support/inbox.hpp"
#include "transport/io_runtime.hpp"
#include "transport/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <future>
#include <optional>

#define CAF_SUITE server_limits

using namespace avatar;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using transport::http_reply;
using transport::http_request;
using transport::peer;

constexpr std::size_t megabyte = 1024 * 1024;

/// Tells the test of each client, and leaves the rest to it.
class handler : public transport::peer_handler {
public:
    explicit handler(tests::inbox<std::uint16_t>& closed) : closed_(closed) {}

    void on_message(std::string_view, bool) override {}
    void on_closed(std::uint16_t code) override { closed_.put(code); }

private:
    tests::inbox<std::uint16_t>& closed_;
};

struct fixture {
    using client = beast::websocket::stream<asio::ip::tcp::socket>;

    asio::ip::tcp::socket connect() {
        asio::ip::tcp::socket socket(client_io);
        socket.connect({asio::ip::make_address("127.0.0.1"), server.port()});
        return socket;
    }

    client upgraded() {
        client ws(connect());
        ws.handshake("localhost", "/");
        return ws;
    }

    /// What a request with that body and header is answered with; 0: the connection ends.
    unsigned status_of(std::size_t body, std::size_t header) {
        auto socket = connect();
        beast::http::request<beast::http::string_body> request(beast::http::verb::post, "/", 11);
        request.set(beast::http::field::host, "localhost");
        request.set("X-Header", std::string(header, 'h'));
        request.body() = std::string(body, 'b');
        request.prepare_payload();
        beast::error_code ec;
        beast::http::write(socket, request, ec); // A server that has left reads no more of it.
        beast::flat_buffer buffer;
        beast::http::response<beast::http::string_body> response;
        beast::http::read(socket, buffer, response, ec);
        return ec ? 0 : response.result_int();
    }

    /// Does something with the next client on the server's thread.
    void with_client(const std::function<void(peer&)>& step) {
        const auto to = clients.take();
        CAF_REQUIRE(to.has_value());
        std::promise<void> done;
        asio::post((*to)->executor(), [&] {
            step(**to);
            done.set_value();
        });
        done.get_future().wait();
    }

    tests::inbox<std::uint16_t> closed;
    tests::inbox<std::shared_ptr<peer>> clients;
    asio::io_context client_io;
    transport::io_runtime io{1};
    transport::server server{io.next(),
                             "127.0.0.1",
                             0,
                             nullptr,
                             {[](const http_request&) {
                                  return http_reply{200, "{}"};
                              },
                              [this](const http_request&) -> transport::upgrade_verdict {
                                  return transport::accept_upgrade([this](auto client) {
                                      clients.put(client);
                                      return std::make_shared<handler>(closed);
                                  });
                              }}};
};

transport::shared_bytes bytes(std::size_t size) {
    return std::make_shared<const std::string>(size, 'x');
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_limit_tests, fixture)

CAF_TEST(a request may have a body of one megabyte and a header of some kilobytes) {
    CAF_CHECK_EQUAL(status_of(megabyte, 10), 200u);
    CAF_CHECK_EQUAL(status_of(megabyte + 1, 10), 0u);
    CAF_CHECK_EQUAL(status_of(0, 7 * 1024), 200u);
    CAF_CHECK_EQUAL(status_of(0, 8 * 1024), 0u);
}

CAF_TEST(a message may have 64 megabytes) {
    for (const std::size_t size : {64 * megabyte, 64 * megabyte + 1}) {
        auto ws = upgraded();
        const auto client = clients.take();
        const auto message = bytes(size);
        beast::error_code ec;
        ws.write(asio::buffer(*message), ec);
        if (size == 64 * megabyte) {
            ws.close(beast::websocket::close_code::normal, ec);
            CAF_CHECK_EQUAL(closed.take().value_or(0), 1000u);
        } else {
            beast::flat_buffer buffer;
            ws.read(buffer, ec);
            CAF_CHECK_EQUAL(ws.reason().code, 1009u);
            CAF_CHECK_EQUAL(closed.take().value_or(0), 1006u);
        }
    }
}

CAF_TEST(a client may leave 64 megabytes unread and is cut off beyond) {
    for (const std::size_t more : {0, 1}) {
        auto ws = upgraded();
        with_client([&](peer& client) {
            for (int i = 0; i < 64; ++i)
                client.send(bytes(megabyte)); // Queued in one step: nothing is written whole.
            if (more > 0)
                client.send(bytes(more));
            client.close(1000, "enough");
        });
        beast::flat_buffer buffer;
        beast::error_code ec;
        std::size_t messages = 0;
        for (ws.read(buffer, ec); !ec; ws.read(buffer, ec)) {
            buffer.clear();
            ++messages;
        }
        if (more == 0) {
            CAF_CHECK_EQUAL(messages, 64u);
            CAF_CHECK_EQUAL(ws.reason().code, 1000u);
        } else {
            CAF_CHECK(messages < 64);
            CAF_CHECK(ec == asio::error::connection_reset);
        }
        closed.take();
    }
}

CAF_TEST(close codes go out and come in as they are) {
    for (const std::uint16_t code : {1000, 1001, 1008, 1011, 4000}) {
        auto ws = upgraded();
        with_client([&](peer& client) {
            client.close(code, "why");
            client.close(1002, "never"); // Only the first one counts.
            client.send(bytes(1));       // Nothing follows.
        });
        beast::flat_buffer buffer;
        beast::error_code ec;
        ws.read(buffer, ec);
        CAF_CHECK(ec == beast::websocket::error::closed);
        CAF_CHECK_EQUAL(ws.reason().code, code);
        CAF_CHECK_EQUAL(std::string(ws.reason().reason.c_str()), "why");
        CAF_CHECK_EQUAL(closed.take().value_or(0), code);

        auto other = upgraded();
        clients.take();
        other.close({static_cast<beast::websocket::close_code>(code), "mine"});
        CAF_CHECK_EQUAL(closed.take().value_or(0), code);
    }
    {
        auto gone = upgraded();
        clients.take();
    }
    CAF_CHECK_EQUAL(closed.take().value_or(0), 1006u);
}

CAF_TEST_FIXTURE_SCOPE_END()
