#include "transport/happy_eyeballs.hpp"

#include "tests/support/dsl.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <list>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

#define CAF_SUITE happy_eyeballs

namespace asio = boost::asio;
using namespace avatar::transport;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Listens on a free port of an address, and accepts nothing.
struct listener {
    listener(asio::io_context& io, const char* address)
        : acceptor(io, {asio::ip::make_address(address), 0}) {}

    tcp::endpoint address() { return acceptor.local_endpoint(); }

    tcp::acceptor acceptor;
};

/// An address that leads nowhere: the queue of a listener that accepts nothing is full, so
/// Linux drops what else wants to connect.
struct black_hole {
    black_hole(asio::io_context& io, const char* address) : acceptor(io) {
        const tcp::endpoint free(asio::ip::make_address(address), 0);
        acceptor.open(free.protocol());
        acceptor.bind(free);
        acceptor.listen(0);
        for (int i = 0; i < 4; ++i) { // One or two are taken.
            auto& next = fillers.emplace_back(io);
            next.open(free.protocol());
            next.native_non_blocking(true);
            const auto to = acceptor.local_endpoint();
            ::connect(next.native_handle(), to.data(), static_cast<socklen_t>(to.size()));
        }
    }

    tcp::endpoint address() { return acceptor.local_endpoint(); }

    tcp::acceptor acceptor;
    std::list<tcp::socket> fillers;
};

struct happy_eyeballs_fixture {
    void connect(const std::vector<tcp::endpoint>& to) {
        auto addresses = happy_eyeballs::addresses::create(to.begin(), to.end(), "host", "port");
        asio::co_spawn(io, run(std::move(addresses)), [](std::exception_ptr thrown) {
            if (thrown)
                std::rethrow_exception(thrown);
        });
    }

    awaitable<void> run(happy_eyeballs::addresses to) {
        try {
            auto socket = co_await eyeballs.connect(std::move(to));
            reached = socket.remote_endpoint();
            end = error_code();
        } catch (const boost::system::system_error& e) {
            end = e.code();
        }
    }

    /// Of a port where nobody listens.
    tcp::endpoint refusing(const char* address) { return listener(io, address).address(); }

    asio::io_context io;
    happy_eyeballs eyeballs{io.get_executor()};
    std::optional<error_code> end;
    tcp::endpoint reached;
};

std::string text(const tcp::endpoint& address) {
    const auto host = address.address().to_string();
    return (address.address().is_v6() ? "[" + host + "]" : host) + ":" +
           std::to_string(address.port());
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(happy_eyeballs_tests, happy_eyeballs_fixture)

CAF_TEST(the first address is preferred) {
    listener six(io, "::1"), four(io, "127.0.0.1");
    connect({six.address(), four.address()});
    io.run();
    CAF_CHECK(end == error_code());
    CAF_CHECK_EQUAL(reached, six.address());
}

CAF_TEST(an address that refuses leads to the next at once) {
    listener four(io, "127.0.0.1");
    const auto gone = refusing("::1");
    connect({gone, four.address()});
    io.run();
    CAF_CHECK_EQUAL(reached, four.address());
    CAF_CHECK(eyeballs.describe().starts_with(text(gone) + ": Connection refused"));
}

CAF_TEST(a family that leads nowhere leads to the other) {
    for (const bool six_is_dead : {true, false}) {
        black_hole hole(io, six_is_dead ? "::1" : "127.0.0.1");
        listener alive(io, six_is_dead ? "127.0.0.1" : "::1");
        // The families in turn: the second of the dead one is not waited for.
        connect({hole.address(), hole.address(), hole.address(), alive.address()});
        io.restart();
        io.run();
        CAF_CHECK(end == error_code());
        CAF_CHECK_EQUAL(reached, alive.address());
        CAF_CHECK_EQUAL(eyeballs.describe(), text(hole.address()) + ": no answer; " +
                                                 text(alive.address()) + ": Success");
    }
}

CAF_TEST(where all fail the first error is told and all addresses are named) {
    const auto one = refusing("::1"), two = refusing("127.0.0.1");
    connect({one, two});
    io.run();
    CAF_CHECK(end == error_code(asio::error::connection_refused));
    CAF_CHECK_EQUAL(eyeballs.describe(),
                    text(one) + ": Connection refused; " + text(two) + ": Connection refused");
}

CAF_TEST(of many addresses four are named) {
    const auto gone = refusing("127.0.0.1");
    connect({gone, gone, gone, gone, gone, gone});
    io.run();
    CAF_CHECK(eyeballs.describe().ends_with(": Connection refused; and 2 more"));
}

CAF_TEST(cancelling ends the attempts under way) {
    black_hole hole(io, "127.0.0.1");
    connect({hole.address()});
    io.poll();
    CAF_CHECK(!end);
    eyeballs.cancel();
    io.restart();
    io.run();
    CAF_CHECK(end == error_code(asio::error::operation_aborted));
    CAF_CHECK_EQUAL(eyeballs.describe(), text(hole.address()) + ": no answer");
}

CAF_TEST(no address is a name that is not found) {
    connect({});
    io.run();
    CAF_CHECK(end == error_code(asio::error::host_not_found));
}

CAF_TEST_FIXTURE_SCOPE_END()
