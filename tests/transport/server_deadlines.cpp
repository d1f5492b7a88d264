#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"
#include "transport/fault_injection.hpp"

#include <boost/beast/core/buffers_to_string.hpp>

#include <stdexcept>

#define CAF_SUITE server_deadlines

using namespace avatar;
using namespace std::chrono_literals;
using tests::bytes_of;
using tests::huge_size;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// Of requests: whoever is cut after it measures the time for the others.
constexpr auto request_time = 1s;

struct server_deadlines_fixture : tests::server_fixture {
    server_deadlines_fixture() : server_fixture(tight_limits()) {}

    static transport::server_limits tight_limits() {
        transport::server_limits limits;
        limits.request_time = request_time;
        limits.close_time = 30ms;
        return limits;
    }

    static void send(socket& to, const std::string& bytes) { asio::write(to, asio::buffer(bytes)); }

    /// All that has been connected so far has had its time for a request.
    void let_request_time_pass() {
        auto clock = connect();
        CAF_CHECK_EQUAL(rest_of(clock), "");
    }
};

/// A close frame of the server with that code, and no reason.
std::string close_frame(std::uint16_t code) {
    return {'\x88', 2, static_cast<char>(code >> 8), static_cast<char>(code)};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_deadline_tests, server_deadlines_fixture)

CAF_TEST(a connection on which no request arrives in time is cut without an answer) {
    auto mute = connect();
    auto half = connect();
    send(half, "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    auto idle = connect();
    ask(idle, "GET /a HTTP/1.1");
    for (auto* each : {&mute, &half, &idle})
        CAF_CHECK_EQUAL(rest_of(*each), "");
}

CAF_TEST(a reply may be delayed beyond the time for a request) {
    auto slow = connect();
    send(slow, "GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = read_response(slow);
    CAF_CHECK_EQUAL(answer.result_int(), 200u);
    CAF_CHECK_EQUAL(rest_of(slow), ""); // The next one has its time again.
}

CAF_TEST(a reply that is not taken in time ends the connection) {
    auto deaf = connect();
    send(deaf, "GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto delayed = connect();
    send(delayed, "GET /huge-and-slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let_request_time_pass();
    let_request_time_pass();
    for (auto* each : {&deaf, &delayed})
        CAF_CHECK(rest_of(*each).size() < huge_size);
}

CAF_TEST(a WebSocket may be idle for longer than a request) {
    auto [ws, peer] = upgraded();
    let_request_time_pass();
    let_request_time_pass();
    on_thread([&] { peer->send(bytes_of("still here")); });
    beast::flat_buffer buffer;
    ws.read(buffer);
    CAF_CHECK_EQUAL(beast::buffers_to_string(buffer.data()), "still here");
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(a client that does not answer a close in time is cut) {
    auto [ws, peer] = upgraded();
    on_thread([&] { peer->close(1000, ""); });
    CAF_CHECK_EQUAL(rest_of(ws.next_layer()), close_frame(1000));
    CAF_CHECK(ended_with(1006));
}

CAF_TEST(a client that closes or breaks the protocol and keeps the connection is cut) {
    for (const std::string frame : {"\x88\x80mask", "\x83\x80mask"}) {
        auto [ws, peer] = upgraded();
        asio::write(ws.next_layer(), asio::buffer(frame));
        CAF_CHECK(rest_of(ws.next_layer()).starts_with("\x88")); // It is told so first.
        CAF_CHECK(closed.take().has_value());
        CAF_CHECK(released.take().has_value());
    }
}

CAF_TEST(a client whose handler throws has the same time) {
    auto [ws, peer] = upgraded();
    auto [deaf, is_full] = upgraded();
    on_thread([&] {
        peer->contain([] { throw std::runtime_error("made to fail"); });
        // The close waits behind what is not read.
        is_full->send(bytes_of(std::string(huge_size, 'x')));
        is_full->contain([] { throw std::runtime_error("made to fail"); });
    });
    CAF_CHECK(rest_of(ws.next_layer()).ends_with("internal server error"));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
}

CAF_TEST(a stop waits for nobody for longer) {
    auto [ws, peer] = upgraded();
    auto [deaf, is_full] = upgraded();
    on_thread([&] {
        is_full->send(bytes_of(std::string(huge_size, 'x')));
        server->stop();
    });
    CAF_CHECK(rest_of(ws.next_layer()).ends_with("server is stopping"));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
    peer.reset();
    is_full.reset();
    CAF_CHECK(io.drain(20s)); // No time limit is left running.
}

CAF_TEST(a close that goes silent is not cut) {
    auto [ws, peer] = upgraded();
    auto [other, closes] = upgraded();
    on_thread([&] {
        peer->close(1000, "");
        transport::faults_of(*peer).go_silent();
    });
    CAF_CHECK_EQUAL(read_bytes(ws.next_layer(), 4), close_frame(1000));
    on_thread([&] { closes->close(1000, ""); });
    CAF_CHECK_EQUAL(rest_of(other.next_layer()), close_frame(1000)); // Its time has passed.
    CAF_CHECK(ended_with(1006));
    ws.next_layer().non_blocking(true);
    char byte = 0;
    beast::error_code ec;
    ws.next_layer().read_some(asio::buffer(&byte, 1), ec);
    CAF_CHECK(ec == asio::error::would_block);
    ws.next_layer().close();
    CAF_CHECK(ended_with(1006));
}

CAF_TEST_FIXTURE_SCOPE_END()
