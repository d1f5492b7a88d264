#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"
#include "transport/fault_injection.hpp"

#include <boost/beast/core/buffers_to_string.hpp>

#include <utility>

#define CAF_SUITE server_stop

using namespace avatar;
using namespace std::chrono_literals;
using tests::bytes_of;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using transport::peer;

struct server_stop_fixture : tests::server_fixture {
    /// Reads until the connection ends: the messages, separated by commas, and the end.
    static std::pair<std::string, beast::error_code> read_all(client& ws) {
        std::string all;
        beast::error_code ec;
        for (;;) {
            beast::flat_buffer buffer;
            ws.read(buffer, ec);
            if (ec)
                return {all, ec};
            all += beast::buffers_to_string(buffer.data()) + ",";
        }
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_stop_tests, server_stop_fixture)

CAF_TEST(a server that stops says so to each WebSocket behind what is queued) {
    auto [ws, one] = upgraded();
    auto [other, two] = upgraded();
    on_thread([&] {
        one->send(bytes_of("a"));
        one->send(bytes_of("b"));
        server->stop();
    });
    for (auto* each : {&ws, &other}) {
        const auto [all, end] = read_all(*each);
        CAF_CHECK_EQUAL(all, each == &ws ? "a,b," : "");
        CAF_CHECK(end == beast::websocket::error::closed);
        CAF_CHECK_EQUAL(each->reason().code, 1001u);
        CAF_CHECK_EQUAL(std::string(each->reason().reason.c_str()), "server is stopping");
    }
    CAF_CHECK(ended_with(1001));
    CAF_CHECK(ended_with(1001));
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(a server that stops cuts all that is no WebSocket) {
    auto idle = connect();
    ask(idle, "GET /a HTTP/1.1");
    auto waits = connect();
    asio::write(waits, asio::buffer(std::string("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")));
    auto half = connect();
    asio::write(half, asio::buffer(std::string("GET / HT")));
    auto last = connect();
    ask(last, "GET /a HTTP/1.1"); // All before it have been accepted.
    server->stop();
    for (auto* each : {&idle, &waits, &half, &last})
        CAF_CHECK_EQUAL(rest_of(*each), "");
    CAF_CHECK(io.drain(20s)); // No time limit is left running.
}

CAF_TEST(the port is free once a server has been stopped) {
    auto idle = connect();
    ask(idle, "GET /a HTTP/1.1");
    server->stop();
    server->stop();
    beast::error_code refused;
    socket late(client_io);
    late.connect({asio::ip::make_address("127.0.0.1"), port}, refused);
    CAF_CHECK(refused == asio::error::connection_refused);
    transport::server next(*thread, "127.0.0.1", port, nullptr,
                           {[](const auto&) {
                                return transport::http_reply{200, "next"};
                            },
                            {}});
    auto again = connect();
    const auto answer = ask(again, "GET /a HTTP/1.1");
    CAF_CHECK_EQUAL(answer.body(), "next");
}

CAF_TEST(the port is free at once whatever the thread of the server does) {
    std::promise<void> goes_on;
    asio::post(*thread, [&] { goes_on.get_future().wait(); });
    server->stop();
    beast::error_code refused;
    socket late(client_io);
    late.connect({asio::ip::make_address("127.0.0.1"), port}, refused);
    CAF_CHECK(refused == asio::error::connection_refused);
    goes_on.set_value();
    on_thread([] {}); // The thread is done with the promise.
}

CAF_TEST(a server that goes stops) {
    auto ws = upgraded().first;
    server.reset();
    CAF_CHECK(read_all(ws).second == beast::websocket::error::closed);
    CAF_CHECK(ended_with(1001));
}

CAF_TEST(a server that stops abruptly resets every connection) {
    auto [ws, kept] = upgraded();
    auto plain = connect();
    ask(plain, "GET /a HTTP/1.1");
    server->stop_abruptly();
    CAF_CHECK(read_all(ws).second == asio::error::connection_reset);
    beast::error_code end;
    char byte = 0;
    plain.read_some(asio::buffer(&byte, 1), end);
    CAF_CHECK(end == asio::error::connection_reset);
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(a connection lives no longer than those who use it) {
    auto [ws, first] = upgraded();
    std::weak_ptr<peer> left = std::exchange(first, nullptr);
    auto [other, kept] = upgraded();
    std::weak_ptr<peer> gone = kept;
    ws.close(beast::websocket::close_code::normal);
    CAF_CHECK(ended_with(1000));
    other.close(beast::websocket::close_code::normal);
    CAF_CHECK(ended_with(1000)); // The handler goes although its client is kept.
    auto late = bytes_of("late");
    std::weak_ptr<const std::string> left_late = late;
    on_thread([&] {
        kept->send(std::exchange(late, nullptr));
        kept->send_text(bytes_of("late"));
        transport::faults_of(*kept).stall(bytes_of("late"));
        kept->close(1000, "late");
        transport::faults_of(*kept).go_silent();
        kept->abort();
    });
    CAF_CHECK(nothing_more_closed());
    server->stop();
    CAF_CHECK(io.drain(20s));
    CAF_CHECK(left.expired());
    CAF_CHECK(left_late.expired());
    kept.reset();
    CAF_CHECK(gone.expired());
}

CAF_TEST_FIXTURE_SCOPE_END()
