#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"
#include "transport/fault_injection.hpp"

#define CAF_SUITE server_limits

using namespace avatar;
using tests::bytes_of;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t megabyte = 1024 * 1024;

std::string bytes(std::size_t size) {
    return std::string(size, 'x');
}

struct server_limits_fixture : tests::server_fixture {
    using server_fixture::server_fixture;

    /// What a request with that body and header is answered with; 0: the connection ends.
    unsigned status_of(std::size_t body, std::size_t header) {
        auto to = connect();
        beast::http::request<beast::http::string_body> request(beast::http::verb::post, "/", 11);
        request.set(beast::http::field::host, "localhost");
        request.set("X-Header", std::string(header, 'h'));
        request.body() = std::string(body, 'b');
        request.prepare_payload();
        beast::error_code ec;
        beast::http::write(to, request, ec); // A server that has left reads no more of it.
        beast::flat_buffer buffer;
        response answer;
        beast::http::read(to, buffer, answer, ec);
        return ec ? 0 : answer.result_int();
    }

    /// The code that the handler of the next WebSocket to end is told.
    std::uint16_t next_code() { return closed.take().value_or(0); }
};

struct tight_fixture : server_limits_fixture {
    tight_fixture() : server_limits_fixture(tight_limits()) {}

    static transport::server_limits tight_limits() {
        transport::server_limits limits;
        limits.body_size = 100;
        limits.message_size = 200;
        limits.queue_size = 300;
        return limits;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_limit_tests, server_limits_fixture)

CAF_TEST(a request may have a body of one megabyte and a header of some kilobytes) {
    CAF_CHECK_EQUAL(status_of(megabyte, 10), 200u);
    CAF_CHECK_EQUAL(status_of(megabyte + 1, 10), 413u);
    CAF_CHECK_EQUAL(status_of(8 * megabyte, 10), 413u);
    CAF_CHECK_EQUAL(status_of(0, 15 * 1024), 200u);
    CAF_CHECK_EQUAL(status_of(0, 16 * 1024), 431u);
    CAF_CHECK_EQUAL(status_of(0, 60 * 1024), 431u);
}

CAF_TEST(a message may have 64 megabytes) {
    for (const std::size_t size : {64 * megabyte, 64 * megabyte + 1}) {
        auto ws = upgraded().first;
        beast::error_code ec;
        ws.write(asio::buffer(bytes(size)), ec);
        if (size == 64 * megabyte) {
            ws.close(beast::websocket::close_code::normal, ec);
            CAF_CHECK_EQUAL(next_code(), 1000u);
        } else {
            beast::flat_buffer buffer;
            ws.read(buffer, ec);
            CAF_CHECK_EQUAL(ws.reason().code, 1009u);
            CAF_CHECK_EQUAL(next_code(), 1006u);
        }
    }
}

CAF_TEST(a client may leave 64 megabytes unread and is cut off beyond) {
    for (const std::size_t more : {0, 1}) {
        auto [ws, peer] = upgraded();
        on_thread([&] {
            for (int i = 0; i < 64; ++i) // Queued in one step: nothing is written whole.
                peer->send(bytes_of(bytes(megabyte)));
            if (more > 0)
                peer->send(bytes_of(bytes(more)));
            peer->close(1000, "enough");
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
        next_code();
    }
}

CAF_TEST(close codes go out and come in as they are) {
    for (const std::uint16_t code : {1000, 1001, 1008, 1011, 4000}) {
        auto [ws, peer] = upgraded();
        on_thread([&] {
            peer->close(code, "why");
            peer->close(1002, "never");   // Only the first one counts.
            peer->send(bytes_of("late")); // Nothing follows.
        });
        beast::flat_buffer buffer;
        beast::error_code ec;
        ws.read(buffer, ec);
        CAF_CHECK(ec == beast::websocket::error::closed);
        CAF_CHECK_EQUAL(ws.reason().code, code);
        CAF_CHECK_EQUAL(std::string(ws.reason().reason.c_str()), "why");
        CAF_CHECK_EQUAL(next_code(), code);

        auto other = upgraded().first;
        other.close({static_cast<beast::websocket::close_code>(code), "mine"});
        CAF_CHECK_EQUAL(next_code(), code);
    }
    upgraded(); // And has gone.
    CAF_CHECK_EQUAL(next_code(), 1006u);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(tight_server_limit_tests, tight_fixture)

CAF_TEST(the owner of a server says how large a request and a message may be) {
    CAF_CHECK_EQUAL(status_of(100, 10), 200u);
    CAF_CHECK_EQUAL(status_of(101, 10), 413u);
    for (const std::size_t size : {200, 201}) {
        auto ws = upgraded().first;
        ws.write(asio::buffer(bytes(size)));
        if (size == 200)
            CAF_CHECK_EQUAL(messages.take().value_or(tests::received_message{}).bytes, bytes(size));
        beast::error_code ec;
        ws.close(beast::websocket::close_code::normal, ec);
        CAF_CHECK_EQUAL(next_code(), size == 200 ? 1000u : 1006u);
    }
}

CAF_TEST(the owner of a server says how much a client may leave unread) {
    for (const std::size_t size : {300, 301}) {
        auto [ws, peer] = upgraded();
        on_thread([&] {
            peer->send(bytes_of(bytes(100)));
            peer->send(bytes_of(bytes(size - 100)));
            peer->close(1000, "enough");
        });
        beast::flat_buffer buffer;
        beast::error_code ec;
        while (!ec)
            ws.read(buffer, ec);
        CAF_CHECK(ec == (size == 300 ? beast::error_code(beast::websocket::error::closed)
                                     : beast::error_code(asio::error::connection_reset)));
        next_code();
    }
}

CAF_TEST(what is sent to a silent connection is not kept) {
    auto [ws, peer] = upgraded();
    on_thread([&] {
        transport::faults_of(*peer).go_silent();
        for (int i = 0; i < 2; ++i) // More than may wait.
            peer->send(bytes_of(bytes(300)));
    });
    ws.next_layer().shutdown(socket::shutdown_send);
    boost::system::error_code ec;
    char byte = 0;
    ws.next_layer().read_some(asio::buffer(&byte, 1), ec);
    CAF_CHECK(ec == asio::error::eof); // And not a reset.
    CAF_CHECK_EQUAL(next_code(), 1006u);
}

CAF_TEST_FIXTURE_SCOPE_END()
