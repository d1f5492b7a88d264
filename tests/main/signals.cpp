#include "tests/main/binary.hpp"
#include "tests/support/inbox.hpp"

#include <csignal>

#define CAF_SUITE signals

using namespace avatar;
using namespace avatar::tests;

namespace {

/// Tells the close code of each of its connections.
struct signals_fixture {
    signals_fixture() {
        script.closed = [this](std::uint16_t code) { closed.put(code); };
    }

    /// With the code of a program that stops before its work is done.
    void check_all_closed(int connections) {
        for (int i = 0; i < connections; ++i)
            CAF_CHECK_EQUAL(closed.take().value_or(0), 1001u);
    }

    service_script script;
    inbox<std::uint16_t> closed;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(signal_tests, signals_fixture)

CAF_TEST(an interrupt between rounds ends the run with its report) {
    local_service service(script);
    for (int number : {SIGINT, SIGTERM}) {
        process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--rounds.interval=1h"},
                      pointing_at(service));
        CAF_REQUIRE(child.wait_for_output("until next round..."));
        child.signal(number);
        CAF_CHECK_EQUAL(child.wait(), 0);
        check_contains(child.out(), "  Total requests: 5\n  Successful: 5 (100.0%)");
        check_contains(child.out(), "Connection pool closed\n");
        check_all_closed(2);
    }
}

CAF_TEST(an interrupt within a round reports what was cut short) {
    script.request = [](transport::peer&, const protocol::message&) {};
    local_service service(script);
    process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--pool.drain-timeout=0s"},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 1);
    check_contains(child.out(), "  Completed: 0 OK, 5 FAILED in ");
    check_contains(child.out(), "    ERROR: cancelled: the run ended before the request did");
    check_all_closed(2);
}

CAF_TEST(requests that run when the interrupt comes may end) {
    process child(AVATAR_POOL_BINARY, {"run", "--emulator", "--pool.size=5", "--rounds.interval=1h",
                                       "--pool.drain-timeout=1h"});
    CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
    child.signal(SIGTERM);
    CAF_CHECK_EQUAL(child.wait(), 0);
    check_contains(child.out(), "  Completed: 5 OK, 0 FAILED in ");
    check_contains(child.err(), "stopping; running requests have 1h to end");
}

CAF_TEST(an interrupt while connections open ends the wait) {
    script.handshake = [](transport::peer&) {};
    local_service service(script);
    process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--service.connect-timeout=1h"},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("Initializing"));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 3);
    check_contains(child.out(), "Connection pool closed\n");
    check_contains(child.err(), "interrupted before any connection was open");
}

CAF_TEST(a service that does not answer the close does not hold the end up) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=0"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    const auto variables = exported(service.out());
    for (bool impatient : {false, true}) {
        process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--rounds.interval=1h"},
                      variables);
        CAF_REQUIRE(child.wait_for_output("until next round..."));
        service.signal(SIGSTOP);
        child.signal(SIGINT);
        CAF_REQUIRE(child.wait_for_output("Closing connection pool..."));
        if (impatient)
            child.signal(SIGINT);
        CAF_CHECK_EQUAL(child.wait(), impatient ? 130 : 0);
        service.signal(SIGCONT);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
