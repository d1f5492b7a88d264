#include "transport/health_check.hpp"

#include "tests/support/dsl.hpp"

#include <string>

#define CAF_SUITE health_check

using namespace avatar::transport;
using namespace std::chrono_literals;

namespace {

constexpr auto keepalive = 30s;

struct health_check_fixture {
    /// What an examination finds `after` the start, as "state[ ping], then SECONDS".
    /// The service has been silent for `silence`; of what is written, if anything is,
    /// `acknowledged` bytes have arrived.
    std::string examine(std::chrono::seconds after, std::chrono::milliseconds silence,
                        std::optional<std::uint64_t> acknowledged = std::nullopt) {
        return examine_at(start + after,
                          tcp_progress{true, acknowledged.value_or(0), silence, 5, received},
                          acknowledged.has_value());
    }

    std::string examine_at(health_check::time_point now, std::optional<tcp_progress> progress,
                           bool writing) {
        const auto found = health.examine({.writing = writing, .reading = reading}, progress, now);
        if (found.state == health_check::finding::silent)
            return "silent";
        if (found.state == health_check::finding::deaf)
            return "deaf";
        return std::string(found.wants_ping ? "ping" : "wait") + " " +
               std::to_string(found.next.count());
    }

    const health_check::time_point start{1000h};
    health_check health{keepalive};
    std::uint64_t received = 0; // Bytes.
    bool reading = true;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(health_check_tests, health_check_fixture)

CAF_TEST(a service that sends is examined again when it could have been silent for a keepalive) {
    CAF_CHECK_EQUAL(examine(30s, 1s), "wait 29000");
    CAF_CHECK_EQUAL(examine(59s, 29s + 999ms), "wait 1");
    CAF_CHECK_EQUAL(examine(60s, 0s), "wait 30000");
}

CAF_TEST(silence is met with one ping and ends the connection after as long again) {
    CAF_CHECK_EQUAL(examine(30s, 30s), "ping 30000");
    CAF_CHECK_EQUAL(examine(50s, 50s), "wait 10000");
    CAF_CHECK_EQUAL(examine(59s, 59s + 999ms), "wait 1");
    CAF_CHECK_EQUAL(examine(60s, 60s), "silent");
}

CAF_TEST(whatever comes answers a ping) {
    CAF_CHECK_EQUAL(examine(30s, 30s), "ping 30000");
    ++received;
    CAF_CHECK_EQUAL(examine(60s, 29s), "wait 1000");
    CAF_CHECK_EQUAL(examine(61s, 30s), "ping 30000");
    CAF_CHECK_EQUAL(examine(91s, 60s), "silent");
}

CAF_TEST(a silence that nobody has pinged in is met with a ping however long it was) {
    CAF_CHECK_EQUAL(examine(500s, 500s), "ping 30000");
    CAF_CHECK_EQUAL(examine(530s, 530s), "silent");
}

CAF_TEST(a connection of which the kernel tells nothing is left to the kernel) {
    for (int i = 1; i < 5; ++i)
        CAF_CHECK_EQUAL(examine_at(start + i * keepalive, std::nullopt, true), "wait 30000");
}

CAF_TEST(a service that reads nothing is deaf after two keepalives although it sends) {
    CAF_CHECK_EQUAL(examine(30s, 0s, 7), "wait 30000");
    CAF_CHECK_EQUAL(examine(60s, 0s, 7), "wait 30000");
    CAF_CHECK_EQUAL(examine(70s, 0s, 7), "wait 20000"); // When it could be deaf.
    CAF_CHECK_EQUAL(examine(89s, 20s, 7), "wait 1000");
    CAF_CHECK_EQUAL(examine(90s, 0s, 7), "deaf");
}

CAF_TEST(a service that reads slowly is neither deaf nor silent) {
    for (unsigned i = 1; i < 10; ++i) // The ping that a silence calls for waits behind the write.
        CAF_CHECK_EQUAL(examine(i * 59s, i * 59s, i), "wait 30000");
    CAF_CHECK_EQUAL(examine(9 * 59s + 30s, 9 * 59s + 30s, 9), "ping 30000");
    CAF_CHECK_EQUAL(examine(9 * 59s + 59s, 9 * 59s + 59s, 9), "wait 1000");
    CAF_CHECK_EQUAL(examine(9 * 59s + 60s, 9 * 59s + 60s, 9), "silent");
}

CAF_TEST(a service is slow and not silent while its machine confirms what was written before) {
    const auto sent = [&](std::chrono::seconds after, std::uint64_t acknowledged, bool all) {
        return examine_at(start + after,
                          tcp_progress{true, acknowledged, after, all ? 0u : 5u, received}, false);
    };
    for (unsigned i = 1; i < 6; ++i)
        CAF_CHECK_EQUAL(sent(i * 30s, 1000 * i, false), "wait 30000");
    CAF_CHECK_EQUAL(sent(180s, 6000, true), "wait 30000");
    CAF_CHECK_EQUAL(sent(210s, 6000, true), "ping 30000");
    // The machine confirms the ping alone, and the service does not answer it.
    CAF_CHECK_EQUAL(sent(240s, 6008, true), "silent");
}

CAF_TEST(who has slept asks anew before a connection counts as silent) {
    CAF_CHECK_EQUAL(examine(30s, 30s), "ping 30000");
    CAF_CHECK_EQUAL(examine(500s, 500s), "ping 30000");
    CAF_CHECK_EQUAL(examine(530s, 530s), "silent");
}

CAF_TEST(who has slept does not count a write that has not moved meanwhile) {
    CAF_CHECK_EQUAL(examine(30s, 0s, 7), "wait 30000");
    CAF_CHECK_EQUAL(examine(500s, 0s, 7), "wait 30000");
    CAF_CHECK_EQUAL(examine(530s, 0s, 7), "wait 30000");
    CAF_CHECK_EQUAL(examine(560s, 0s, 7), "deaf");
}

CAF_TEST(a ping at a time carries the number of the latest check) {
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "0");
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "none");
    CAF_CHECK(!health.on_ping_written());
    for (int i = 0; i < 3; ++i)
        health.start_check();
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "3");
    CAF_CHECK(!health.on_ping_written());
}

CAF_TEST(a check that begins while a ping is written has one of its own) {
    health.start_check();
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "1");
    health.start_check();
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "none");
    CAF_CHECK(health.on_ping_written());
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "2");
    CAF_CHECK(!health.on_ping_written());
}

CAF_TEST(a check that was answered needs no further ping) {
    CAF_CHECK_EQUAL(health.next_ping().value_or("none"), "0");
    health.start_check();
    CAF_CHECK(health.on_pong("1"));
    CAF_CHECK(!health.on_ping_written());
}

CAF_TEST(the first pong to its own ping answers a check) {
    CAF_CHECK(!health.on_pong("0"));
    health.start_check();
    health.start_check();
    for (const auto* other : {"", "0", "1", "3", "22", "x"})
        CAF_CHECK(!health.on_pong(other));
    CAF_CHECK(health.on_pong("2"));
    CAF_CHECK(!health.on_pong("2"));
    health.start_check();
    CAF_CHECK(!health.on_pong("2"));
    CAF_CHECK(health.on_pong("3"));
}

CAF_TEST(a service that is not read is neither pinged nor silent) {
    reading = false;
    CAF_CHECK_EQUAL(examine(30s, 30s), "wait 30000");
    CAF_CHECK_EQUAL(examine(60s, 60s), "wait 30000");
    CAF_CHECK_EQUAL(examine(90s, 90s), "wait 30000");
    reading = true; // From then on it has as long as any other.
    CAF_CHECK_EQUAL(examine(100s, 100s), "wait 20000");
    CAF_CHECK_EQUAL(examine(120s, 120s), "ping 30000");
    CAF_CHECK_EQUAL(examine(150s, 150s), "silent");
}

CAF_TEST(a ping is not awaited past the time without reading) {
    CAF_CHECK_EQUAL(examine(30s, 30s), "ping 30000");
    reading = false; // A pong would not be found.
    CAF_CHECK_EQUAL(examine(60s, 60s), "wait 30000");
    reading = true;
    CAF_CHECK_EQUAL(examine(90s, 90s), "ping 30000");
}

CAF_TEST_FIXTURE_SCOPE_END()
