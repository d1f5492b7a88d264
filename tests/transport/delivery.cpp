#include "transport/delivery.hpp"

#include "tests/support/dsl.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#define CAF_SUITE delivery

using namespace avatar::transport;
using namespace std::chrono_literals;

namespace {

/// A TCP connection over loopback.
struct delivery_fixture {
    delivery_fixture() {
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

    ~delivery_fixture() {
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

CAF_TEST_FIXTURE_SCOPE(delivery_tests, delivery_fixture)

CAF_TEST(what the other side has confirmed and sent is counted) {
    const auto before = progress_of(ours);
    CAF_REQUIRE(before.has_value());
    CAF_CHECK(before->established);
    CAF_CHECK(!has_ended(before));
    pass(1000);
    const auto after = progress_of(ours);
    CAF_REQUIRE(after.has_value());
    CAF_CHECK_EQUAL(after->acknowledged - before->acknowledged, 1000u);
    CAF_CHECK_EQUAL(after->received - before->received, 1u);
    CAF_CHECK(may_have_arrived(before, after, 1h));
}

CAF_TEST(a connection that the other side has closed is not established) {
    close(std::exchange(theirs, -1));
    char byte = 0;
    CAF_CHECK_EQUAL(recv(ours, &byte, 1, 0), 0); // Their end has come.
    const auto after = progress_of(ours);
    CAF_REQUIRE(after.has_value());
    CAF_CHECK(!after->established);
    CAF_CHECK(has_ended(after));
    CAF_CHECK(!has_ended(std::nullopt));
}

CAF_TEST(what was never confirmed has surely not arrived only after a while) {
    const tcp_progress same{true, 7};
    CAF_CHECK(!may_have_arrived(same, same, 500ms));
    CAF_CHECK(may_have_arrived(same, same, 499ms));
    CAF_CHECK(may_have_arrived(same, tcp_progress{true, 8}, 1h));
    CAF_CHECK(!may_have_arrived(tcp_progress{false, 7}, same, 0ms));
    const tcp_progress none{true, 0};
    CAF_CHECK(may_have_arrived(std::nullopt, none, 1h));
    CAF_CHECK(may_have_arrived(none, std::nullopt, 1h));
    CAF_CHECK(may_have_arrived(std::nullopt, same, 1h));
    CAF_CHECK(may_have_arrived(same, std::nullopt, 1h));
}

CAF_TEST(what waits in the kernel is counted) {
    CAF_CHECK_EQUAL(progress_of(ours).value_or(tcp_progress{}).unsent, 0u);
    const std::string much(64 * 1024, 'x');
    std::uint64_t sent = 0;
    for (ssize_t more = 0; more >= 0; more = send(ours, much.data(), much.size(), MSG_DONTWAIT))
        sent += static_cast<std::uint64_t>(more); // Until it takes no more.
    const auto full = progress_of(ours);
    CAF_REQUIRE(full.has_value());
    CAF_CHECK(full->unsent > 0);
    CAF_CHECK(full->unsent <= sent);
}

CAF_TEST(the silence of the other side begins with its last byte) {
    pass(1);
    // At that moment; what a busy machine adds to it is far less than the age of the system.
    CAF_CHECK(progress_of(ours).value_or(tcp_progress{true, 0, 1h}).silence < 20s);
}

CAF_TEST(of something that is no connection nothing is known) {
    CAF_CHECK(!progress_of(-1));
    const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    CAF_CHECK(!progress_of(datagrams));
    close(datagrams);
}

CAF_TEST(the kernel is told how long to wait for a confirmation) {
    const auto told = [&] {
        unsigned value = 0;
        socklen_t size = sizeof value;
        CAF_REQUIRE(getsockopt(ours, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &size) == 0);
        return value;
    };
    limit_unconfirmed(ours, 1min);
    CAF_CHECK_EQUAL(told(), 60'000u);
    limit_unconfirmed(ours, std::chrono::hours(24 * 365)); // More than it can be told.
    CAF_CHECK_EQUAL(told(), 2'147'483'647u);
}

CAF_TEST_FIXTURE_SCOPE_END()
