#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"

#include <atomic>
#include <sys/resource.h>

#define CAF_SUITE server_listening

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct server_listening_fixture : tests::server_fixture {
    /// Why that address cannot be listened on; empty where it can.
    std::string error_of(const std::string& address, std::uint16_t at) {
        try {
            transport::server other(*thread, address, at, nullptr, plain());
            return {};
        } catch (const transport::listen_error& error) {
            return error.what();
        }
    }

    static transport::server_callbacks
    plain(std::function<std::chrono::milliseconds()> pause = nullptr) {
        return {[](const auto&) {
                    return transport::http_reply{200, "other"};
                },
                {},
                std::move(pause)};
    }

    socket connect_to(const transport::server& other) {
        socket made(client_io);
        made.connect({boost::asio::ip::make_address("127.0.0.1"), other.port()});
        return made;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_listening_tests, server_listening_fixture)

CAF_TEST(an address that cannot be listened on is named with the reason) {
    const auto taken = std::to_string(port);
    CAF_CHECK_EQUAL(error_of("127.0.0.1", port),
                    "cannot listen on 127.0.0.1:" + taken + ": Address already in use");
    CAF_CHECK_EQUAL(error_of("nowhere", 80),
                    "cannot listen on nowhere:80: not an IP address; expected one such as "
                    "127.0.0.1 or ::1");
    CAF_CHECK_EQUAL(error_of("192.0.2.1", 0),
                    "cannot listen on 192.0.2.1:0: Cannot assign requested address");
    CAF_CHECK(error_of("2001:db8::1", 0).starts_with("cannot listen on [2001:db8::1]:0: "));
    CAF_CHECK_EQUAL(error_of("127.0.0.1", 0), "");
}

CAF_TEST(a port may be listened on while connections of the server before it linger) {
    auto ended = connect();
    ask(ended, "GET /a HTTP/1.1", "Connection: close\r\n");
    rest_of(ended); // The server has closed first: its side is kept by the kernel.
    ended.close();
    server->stop();
    CAF_CHECK_EQUAL(error_of("127.0.0.1", port), "");
}

CAF_TEST(each connection waits for its pause and is served then) {
    std::atomic<int> asked = 0;
    transport::server other(*thread, "127.0.0.1", 0, nullptr, plain([&] {
        return std::chrono::milliseconds(asked++ % 2 == 0 ? 5 : 0);
    }));
    for (int i = 0; i < 4; ++i) {
        auto socket = connect_to(other);
        const auto answer = ask(socket, "GET / HTTP/1.1");
        CAF_CHECK_EQUAL(answer.body(), "other");
        const int paused = asked;
        CAF_CHECK_EQUAL(paused, i + 1);
    }
}

CAF_TEST(a connection in its pause and all behind it are not served and go at a stop) {
    tests::inbox<int> asked;
    transport::server other(*thread, "127.0.0.1", 0, nullptr, plain([&] {
        asked.put(1);
        return 1h;
    }));
    auto first = connect_to(other);
    CAF_CHECK(asked.take().has_value());
    auto second = connect_to(other);
    boost::asio::write(second, boost::asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
    on_thread([] {});
    CAF_CHECK(!asked.take(0s));
    other.stop();
    server->stop();
    CAF_CHECK_EQUAL(rest_of(first), "");
    CAF_CHECK_EQUAL(rest_of(second), "");
    CAF_CHECK(!asked.take(0s));
    CAF_CHECK(io.drain(20s)); // The pause does not hold up the end.
}

CAF_TEST(a server that was out of descriptors serves on once there are some) {
    std::atomic<int> asked = 0;
    transport::server other(*thread, "127.0.0.1", 0, nullptr, plain([&] {
        ++asked;
        return 0ms;
    }));
    socket waits(client_io, boost::asio::ip::tcp::v4());
    rlimit usual{};
    CAF_REQUIRE_EQUAL(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    rlimit none = usual;
    none.rlim_cur = 0; // Open ones stay open.
    CAF_REQUIRE_EQUAL(::setrlimit(RLIMIT_NOFILE, &none), 0);
    waits.connect({boost::asio::ip::make_address("127.0.0.1"), other.port()});
    for (int i = 0; i < 10; ++i)
        on_thread([] {});
    CAF_REQUIRE_EQUAL(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    const auto answer = ask(waits, "GET / HTTP/1.1");
    CAF_CHECK_EQUAL(answer.body(), "other");
    const int pauses = asked;
    CAF_CHECK_EQUAL(pauses, 1); // None for what did not come.
}

CAF_TEST_FIXTURE_SCOPE_END()
