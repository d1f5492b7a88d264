#include "tests/nodes/node_certificates.hpp"
#include "tests/nodes/nodes_dsl.hpp"
#include "tests/support/other_machine.hpp"

#include <unistd.h>

#define CAF_SUITE nodes_namespaces

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

CAF_TEST(a worker whose cable is pulled is lost and comes back) {
    const other_machine machine;
    if (!machine.there()) {
        CAF_MESSAGE("skipped: no network namespaces for this user");
        return;
    }
    const node_certificates pki({machine.address(), "127.0.0.1"});
    // Its own service, which it reaches without the cable.
    auto start = machine.launcher();
    start.insert(start.end(), {AVATAR_POOL_BINARY, "emulator", "--emulator.first-frame=0.06",
                               "--emulator.frame-interval=1ms"});
    process emulator(start.front(), arguments(start.begin() + 1, start.end()));
    CAF_REQUIRE(emulator.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    const auto variables = exported(emulator.out());
    const auto endpoint = variables.at("AVATAR_CONSOLE_ENDPOINT");
    const auto port =
        static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    node_worker far(variables, pki.options(machine.address()), machine.address(),
                    machine.launcher());
    node_service service(200ms);
    node_worker near(service.variables(), pki.options("127.0.0.1"));
    const auto sessions_there = [&] {
        return open_connections(port, std::to_string(far.program().pid()));
    };

    node_run run({near.address(), far.address()},
                 joined({"--rounds.count=1000"}, pki.options("127.0.0.1")));
    CAF_REQUIRE(run.wait_for_output("[Round 2/"));
    CAF_CHECK_EQUAL(sessions_there(), 3u);
    CAF_REQUIRE(machine.plug(false));
    const auto begin = std::chrono::steady_clock::now();
    CAF_REQUIRE(run.wait_for_output("[Round 3/"));
    CAF_CHECK(std::chrono::steady_clock::now() - begin < 8s);
    CAF_CHECK(wait_until([&] { return sessions_there() == 0; }, 10s));
    CAF_REQUIRE(machine.plug(true));
    CAF_CHECK(wait_until([&] { return sessions_there() == 3; }, 20s));
    const auto end = finish_when_back(run, service, 3);
    check_end(end, 1);
    check_lost_alone(end, far.address());
    CAF_REQUIRE(end.books);
    check_that(end.books->node(far.address()).ok > 6, "it has come back", end);
    CAF_CHECK(wait_until([&] { return sessions_there() == 0; }, close_limit));
    node_run next({near.address(), far.address()},
                  joined({"--rounds.count=1"}, pki.options("127.0.0.1")));
    check_end(next.finish(20s), 0);
}

CAF_TEST(workers whose clock is wrong by minutes take part) {
    const std::string faketime = "/usr/bin/faketime";
    if (sanitized || ::access(faketime.c_str(), X_OK) != 0) {
        CAF_MESSAGE("skipped: faketime is not installed, or does not go with a sanitizer");
        return;
    }
    node_service service(100ms);
    node_worker fast(service.variables(), {}, "127.0.0.1", {faketime, "-f", "+10m"});
    node_worker slow(service.variables(), {}, "127.0.0.1", {faketime, "-f", "-10m"});
    // The service is told when a token expires, by the clock of who asks for it.
    node_run run({fast.address(), slow.address()}, {"--pool.session-ttl=1h"});
    check_end(run.finish(20s), 0);
}
