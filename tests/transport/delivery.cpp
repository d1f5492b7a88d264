#include "transport/delivery.hpp"

#include "tests/support/dsl.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#define CAF_SUITE delivery

using namespace avatar::transport;
using namespace std::chrono_literals;

namespace {

/// A TCP connection over loopback.
struct fixture {
    fixture() {
        const int listener = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* address = reinterpret_cast<sockaddr*>(&at);
        CAF_REQUIRE(bind(listener, address, size) == 0 && listen(listener, 1) == 0);
        CAF_REQUIRE(getsockname(listener, address, &size) == 0);
        ours = socket(AF_INET, SOCK_STREAM, 0);
        CAF_REQUIRE(connect(ours, address, size) == 0);
        theirs = accept(listener, nullptr, nullptr);
        close(listener);
    }

    ~fixture() {
        close(ours);
        if (theirs >= 0)
            close(theirs);
    }

    /// Bytes from us to them, which have then read them.
    void pass(std::size_t bytes) {
        std::string data(bytes, 'x');
        CAF_REQUIRE(send(ours, data.data(), bytes, 0) == static_cast<ssize_t>(bytes));
        CAF_REQUIRE(recv(theirs, data.data(), bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes));
        // An answer carries the confirmation with it.
        CAF_REQUIRE(send(theirs, "y", 1, 0) == 1 && recv(ours, data.data(), 1, 0) == 1);
    }

    int ours = -1;
    int theirs = -1;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(delivery_tests, fixture)

CAF_TEST(what the other side has confirmed is counted) {
    const auto before = progress_of(ours);
    CAF_REQUIRE(before.has_value());
    CAF_CHECK(before->established);
    pass(1000);
    const auto after = progress_of(ours);
    CAF_REQUIRE(after.has_value());
    CAF_CHECK_EQUAL(after->acknowledged - before->acknowledged, 1000u);
    CAF_CHECK(may_have_arrived(before, after, 1h));
}

CAF_TEST(a connection that the other side has closed is not established) {
    close(std::exchange(theirs, -1));
    char byte = 0;
    CAF_CHECK_EQUAL(recv(ours, &byte, 1, 0), 0); // Their end has come.
    const auto after = progress_of(ours);
    CAF_REQUIRE(after.has_value());
    CAF_CHECK(!after->established);
}

CAF_TEST(what was never confirmed has surely not arrived only after a while) {
    const tcp_progress same{true, 7};
    CAF_CHECK(!may_have_arrived(same, same, 500ms));
    CAF_CHECK(may_have_arrived(same, same, 499ms));
    CAF_CHECK(may_have_arrived(same, tcp_progress{true, 8}, 1h));
    CAF_CHECK(may_have_arrived(std::nullopt, same, 1h));
    CAF_CHECK(may_have_arrived(same, std::nullopt, 1h));
}

CAF_TEST(of something that is no connection nothing is known) {
    CAF_CHECK(!progress_of(-1));
}

CAF_TEST_FIXTURE_SCOPE_END()
