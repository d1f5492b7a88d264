#include "transport/half_open.hpp"

#include "tests/support/dsl.hpp"

#include <boost/asio/write.hpp>

#include <array>

#define CAF_SUITE half_open

using namespace avatar;

namespace {

namespace asio = boost::asio;
using transport::half_of_frame;
using tcp = asio::ip::tcp;

std::string text(std::size_t size) {
    std::string made;
    for (std::size_t i = 0; i < size; ++i)
        made += static_cast<char>('a' + i % 26);
    return made;
}

/// The header of a frame of that size, as RFC 6455 draws it.
std::string header(std::initializer_list<int> octets) {
    std::string made = "\x82";
    for (const int octet : octets)
        made += static_cast<char>(octet);
    return made;
}

struct pair {
    asio::io_context& io;
    transport::tcp_socket far{io};
    transport::tcp_socket near{io};

    explicit pair(asio::io_context& on) : io(on) {
        asio::basic_socket_acceptor<tcp, transport::executor> acceptor(
            io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
        far.connect(acceptor.local_endpoint());
        acceptor.accept(near);
    }
};

} // namespace

CAF_TEST(half a frame announces the whole length in as few octets as can be) {
    const auto check = [](std::size_t size, const std::string& begins) {
        const auto message = text(size);
        CAF_CHECK(half_of_frame(message) == begins + message.substr(0, size / 2));
    };
    check(0, header({0}));
    check(1, header({1}));
    check(2, header({2}));
    check(9, header({9}));
    check(125, header({125}));
    check(126, header({126, 0, 126}));
    check(127, header({126, 0, 127}));
    check(0x1234, header({126, 0x12, 0x34}));
    check(0xffff, header({126, 0xff, 0xff}));
    check(0x10000, header({127, 0, 0, 0, 0, 0, 1, 0, 0}));
    check(0x10001, header({127, 0, 0, 0, 0, 0, 1, 0, 1}));
    check(0x123456, header({127, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56}));
}

CAF_TEST(a client that is there has not left whatever it sends) {
    asio::io_context io;
    pair sockets(io);
    CAF_CHECK(!transport::has_left(sockets.near));
    asio::write(sockets.far, asio::buffer("unread", 6));
    sockets.near.wait(tcp::socket::wait_read);
    CAF_CHECK(!transport::has_left(sockets.near));
}

CAF_TEST(a client that shuts down or resets has left) {
    asio::io_context io;
    pair shut(io);
    shut.far.shutdown(tcp::socket::shutdown_send);
    shut.near.wait(tcp::socket::wait_read);
    CAF_CHECK(transport::has_left(shut.near));

    pair reset(io);
    reset.far.set_option(asio::socket_base::linger(true, 0));
    reset.far.close();
    reset.near.wait(tcp::socket::wait_read);
    CAF_CHECK(transport::has_left(reset.near));
}

CAF_TEST(nobody has left a closed socket) {
    asio::io_context io;
    pair sockets(io);
    sockets.near.close();
    CAF_CHECK(!transport::has_left(sockets.near));
}
