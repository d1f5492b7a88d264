#include "tests/support/dsl.hpp"
#include "tests/transport/server_fixture.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>

#define CAF_SUITE server_sending

using namespace avatar;
using tests::bytes_of;

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

struct server_sending_fixture : tests::server_fixture {
    /// An option of TCP on the server's side of the connection; -1 where there is none.
    static int option_of_server(const socket& client, int option) {
        const auto port = htons(client.local_endpoint().port());
        for (int fd = 0; fd < 1024; ++fd) {
            sockaddr_in peer{};
            socklen_t size = sizeof peer;
            if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
                peer.sin_family != AF_INET || peer.sin_port != port)
                continue;
            int value = -1;
            socklen_t value_size = sizeof value;
            ::getsockopt(fd, IPPROTO_TCP, option, &value, &value_size);
            return value;
        }
        return -1;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(server_sending_tests, server_sending_fixture)

CAF_TEST(messages go out in their order and each as one frame of its kind) {
    auto [ws, to] = upgraded();
    const std::string large(200 * 1024, 'x');
    on_thread([&] {
        to->send(bytes_of("one"));
        to->send_text(bytes_of("two"));
        to->send(bytes_of(""));
        to->send(bytes_of(large));
        to->send_text(bytes_of("end"));
    });
    using namespace std::string_literals;
    const auto expected =
        "\x82\x03one\x81\x03two\x82\x00\x82\x7f\x00\x00\x00\x00\x00\x03\x20\x00"s + large +
        "\x81\x03" + "end";
    CAF_CHECK(read_bytes(ws.next_layer(), expected.size()) == expected);
}

CAF_TEST(packets are held only while more than the frame that goes out is queued) {
    auto [ws, to] = upgraded();
    const auto corked = [&] { return option_of_server(ws.next_layer(), TCP_CORK); };
    for (int round = 0; round < 2; ++round) {
        std::promise<int> later;
        on_thread([&] {
            for (int i = 0; i < 100; ++i)
                to->send(bytes_of("frame"));
            CAF_CHECK_EQUAL(corked(), 0); // The first goes out at once.
            asio::post(*thread, [&] { later.set_value(corked()); });
        });
        CAF_CHECK_EQUAL(later.get_future().get(), 1);
        read_bytes(ws.next_layer(), 700);
        on_thread([] {});
        CAF_CHECK_EQUAL(corked(), 0);
        on_thread([&] { to->send(bytes_of("frame")); });
        read_bytes(ws.next_layer(), 7);
        CAF_CHECK_EQUAL(corked(), 0);
    }
    CAF_CHECK_EQUAL(option_of_server(ws.next_layer(), TCP_NODELAY), 1);
}

CAF_TEST(what has been read no longer counts against the queue) {
    auto [ws, to] = upgraded();
    ws.read_message_max(0);
    const auto half = bytes_of(std::string(32 * 1024 * 1024, 'x'));
    for (int i = 0; i < 3; ++i) {
        on_thread([&] { to->send(half); });
        beast::flat_buffer buffer;
        ws.read(buffer);
        CAF_CHECK_EQUAL(buffer.size(), half->size());
        on_thread([] {});
    }
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST(a message comes whole and of its kind however it was sent) {
    auto ws = upgraded().first;
    const std::string large(100 * 1024, 'l');
    ws.binary(true);
    ws.write(asio::buffer(large));
    ws.text(true);
    ws.write_some(false, asio::buffer("fr", 2));
    ws.write_some(false, asio::buffer("ag", 2));
    ws.ping({});
    ws.write_some(true, asio::buffer("ment", 4));
    ws.binary(true);
    ws.write(asio::buffer("", 0));
    for (const auto& [bytes, is_text] :
         {std::pair(large, false), std::pair(std::string("fragment"), true),
          std::pair(std::string(), false)}) {
        const auto message = messages.take();
        CAF_REQUIRE(message.has_value());
        CAF_CHECK(message->bytes == bytes);
        CAF_CHECK(message->is_text == is_text);
    }
    ws.close(beast::websocket::close_code::normal);
    CAF_CHECK(ended_with(1000));
}

CAF_TEST(a reason is cut to what a close frame holds) {
    for (const std::size_t size : {122, 123, 124}) {
        auto [ws, to] = upgraded();
        on_thread([&] {
            to->send(bytes_of("before"));
            to->close(4000, std::string(size, 'r'));
        });
        beast::flat_buffer buffer;
        ws.read(buffer);
        beast::error_code ec;
        ws.read(buffer, ec);
        CAF_CHECK(ec == beast::websocket::error::closed);
        CAF_CHECK_EQUAL(ws.reason().code, 4000u);
        const auto kept = size > 123 ? 123u : size;
        CAF_CHECK_EQUAL(std::string(ws.reason().reason.c_str()), std::string(kept, 'r'));
        CAF_CHECK(ended_with(4000));
    }
}

CAF_TEST(a connection that is cut is reset and what is queued is dropped) {
    auto [ws, to] = upgraded();
    on_thread([&] {
        for (int i = 0; i < 32; ++i)
            to->send(bytes_of(std::string(1024 * 1024, 'x')));
        to->abort();
    });
    beast::error_code ec;
    std::string some(1024, '\0');
    while (!ec)
        ws.next_layer().read_some(asio::buffer(some), ec);
    CAF_CHECK(ec == asio::error::connection_reset);
    CAF_CHECK(ended_with(1006));
    CAF_CHECK(nothing_more_closed());
}

CAF_TEST_FIXTURE_SCOPE_END()
