#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"
#include "transport/fault_injection.hpp"

#include <stdexcept>

#define CAF_SUITE server_silence

using namespace avatar;
using tests::bytes_of;

namespace {

namespace asio = boost::asio;
using transport::peer;

/// What a silent connection does to whatever its handler asks for.
void ask_for_everything(peer& of) {
    of.send(bytes_of("late"));
    of.send_text(bytes_of("late"));
    transport::faults_of(of).stall(bytes_of("late"));
    transport::faults_of(of).go_silent();
    of.close(1000, "late");
}

struct server_silence_fixture : tests::server_fixture {
    server_silence_fixture() : server_fixture(long_limits()) {}

    /// None of these ends is one of a close that takes too long.
    static transport::server_limits long_limits() {
        transport::server_limits limits;
        limits.close_time = std::chrono::hours(1);
        return limits;
    }

    /// The client has said all it has to say: the server, which hears it, ends the
    /// connection. What the client was sent until then.
    static std::string leave(client& ws) {
        ws.next_layer().shutdown(socket::shutdown_send);
        return rest_of(ws.next_layer());
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_silence_tests, server_silence_fixture)

CAF_TEST(a silent connection reads and writes nothing until its client has left) {
    auto [ws, silent] = upgraded();
    auto [other, resets] = upgraded();
    on_thread([&] {
        transport::faults_of(*silent).go_silent();
        transport::faults_of(*resets).go_silent();
        ask_for_everything(*silent);
    });
    ws.write(asio::buffer("unread", 6));
    ws.ping({});
    CAF_CHECK(nothing_more_closed());
    other.next_layer().set_option(asio::socket_base::linger(true, 0));
    other.next_layer().close();
    CAF_CHECK_EQUAL(leave(ws), "");
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(!messages.take(std::chrono::seconds(0)));
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(silence drops what is queued) {
    auto [ws, silent] = upgraded();
    on_thread([&] {
        for (int i = 0; i < 3; ++i)
            silent->send(bytes_of(std::string(3, static_cast<char>('a' + i))));
        transport::faults_of(*silent).go_silent();
    });
    // The first was under way.
    const auto came = leave(ws);
    CAF_CHECK(came == "" || came == "\x82\x03"
                                    "aaa");
    CAF_CHECK(ended_with(1006));
}

CAF_TEST(a stall sends what is queued and half a frame and nothing more) {
    auto [ws, stalls] = upgraded();
    on_thread([&] {
        stalls->send(bytes_of("one"));
        stalls->send(bytes_of("two"));
        transport::faults_of(*stalls).stall(bytes_of("0123456789"));
        stalls->send(bytes_of("late"));
        transport::faults_of(*stalls).stall(bytes_of("late"));
        stalls->close(1000, "late");
    });
    const std::string expected = "\x82\x03one\x82\x03two\x82\x0a"
                                 "01234";
    CAF_CHECK_EQUAL(read_bytes(ws.next_layer(), expected.size()), expected);
    on_thread([&] { ask_for_everything(*stalls); });
    ws.write(asio::buffer("unread", 6));
    CAF_CHECK_EQUAL(leave(ws), "");
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(!messages.take(std::chrono::seconds(0)));
}

CAF_TEST(a stall of a connection that sends nothing begins at once) {
    auto [ws, stalls] = upgraded();
    on_thread([&] { transport::faults_of(*stalls).stall(bytes_of(std::string(300, 'x'))); });
    const std::string expected = "\x82\x7e\x01\x2c" + std::string(150, 'x');
    CAF_CHECK_EQUAL(read_bytes(ws.next_layer(), expected.size()), expected);
    on_thread([&] { stalls->abort(); });
    CAF_CHECK_EQUAL(rest_of(ws.next_layer()), "");
    CAF_CHECK(ended_with(1006));
}

CAF_TEST(a server that stops cuts the silent and the stalled) {
    auto [ws, silent] = upgraded();
    auto [other, stalled] = upgraded();
    auto [reads_nothing, about_to_stall] = upgraded();
    on_thread([&] {
        transport::faults_of(*silent).go_silent();
        transport::faults_of(*stalled).stall(bytes_of("0123"));
        about_to_stall->send(bytes_of(std::string(tests::huge_size, 'x')));
        transport::faults_of(*about_to_stall).stall(bytes_of("0123"));
    });
    CAF_CHECK_EQUAL(read_bytes(other.next_layer(), 4), "\x82\x04"
                                                       "01");
    server->stop();
    CAF_CHECK_EQUAL(rest_of(ws.next_layer()), "");
    CAF_CHECK_EQUAL(rest_of(other.next_layer()), "");
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(a silent or stalled connection whose handler throws is cut without a word) {
    const auto fail = [] { throw std::runtime_error("made to fail"); };
    auto [ws, silent] = upgraded();
    auto [other, stalled] = upgraded();
    auto [reads_nothing, about_to_stall] = upgraded();
    on_thread([&] {
        transport::faults_of(*silent).go_silent();
        silent->contain(fail);
        transport::faults_of(*stalled).stall(bytes_of(""));
        stalled->contain(fail);
        about_to_stall->send(bytes_of(std::string(tests::huge_size, 'x')));
        transport::faults_of(*about_to_stall).stall(bytes_of("0123"));
        about_to_stall->contain(fail);
    });
    CAF_CHECK_EQUAL(rest_of(ws.next_layer()), "");
    CAF_CHECK(rest_of(other.next_layer()).size() <= 2);
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(ended_with(1006));
}

CAF_TEST_FIXTURE_SCOPE_END()
