#include "tests/main/binary.hpp"
#include "tests/support/inbox.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <poll.h>
#include <sys/stat.h>

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

/// The signals of the first second are one.
void signal_until_it_ends(process& child) {
    while (child.read_now()) {
        child.signal(SIGINT);
        poll(nullptr, 0, 50);
    }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(signal_tests, signals_fixture)

CAF_TEST(an interrupt between rounds ends the run with its report) {
    local_service service(script);
    for (int number : {SIGINT, SIGTERM, SIGHUP}) {
        process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--rounds.interval=1h"},
                      pointing_at(service));
        CAF_REQUIRE(child.wait_for_output("until next round..."));
        child.signal(number);
        CAF_CHECK_EQUAL(child.wait(), 5);
        check_contains(child.out(), "  Total requests: 5\n  Successful: 5 (100.0%)\n"
                                    "  Failed: 0 (0.0%)\n  Not started: 45 of 50 planned\n");
        check_contains(child.out(), "Connection pool closed\n");
        check_all_closed(2);
    }
}

CAF_TEST(an interrupt within a round reports what was cut short) {
    script.request = [](transport::peer&, const protocol::message&) {};
    local_service service(script);
    scratch_folder folder;
    const auto file = folder.path("report.json");
    process child(AVATAR_POOL_BINARY,
                  {"run", "--pool.size=2", "--pool.drain-timeout=0s", "--report.json=" + file},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 5);
    check_contains(child.out(), "  Completed: 0 OK, 0 FAILED, 5 CANCELLED in ");
    check_contains(child.out(), "  Failed: 0 (0.0%)\n  Cancelled: 5 (100.0%)\n");
    CAF_CHECK(!contains(child.out(), "ERROR"));
    const auto json = nlohmann::json::parse(content_of(file), nullptr, false);
    CAF_REQUIRE(!json.is_discarded());
    const auto& requests = json.at("requests");
    CAF_CHECK_EQUAL(requests.at("planned").get<int>(), 50);
    CAF_CHECK_EQUAL(requests.at("total").get<int>(), 5);
    CAF_CHECK_EQUAL(requests.at("failed").get<int>(), 0);
    CAF_CHECK_EQUAL(requests.at("cancelled").get<int>(), 5);
    CAF_CHECK(json.at("interrupted").get<bool>());
    CAF_CHECK(json.at("failures").empty());
    check_all_closed(2);
}

CAF_TEST(an interrupt after a failure tells of the failure) {
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        send(peer, protocol::server_error{"connection-1", audio.req_id, 3, "no such voice"});
    };
    local_service service(script);
    process child(AVATAR_POOL_BINARY, {"run", "--pool.size=1", "--rounds.interval=1h"},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("until next round..."));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 1);
}

CAF_TEST(requests that run when the interrupt comes may end) {
    process child(AVATAR_POOL_BINARY, {"run", "--emulator", "--pool.size=5", "--rounds.interval=1h",
                                       "--pool.drain-timeout=1h"});
    CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
    child.signal(SIGTERM);
    CAF_CHECK_EQUAL(child.wait(), 5);
    check_contains(child.out(), "  Completed: 5 OK, 0 FAILED in ");
    check_contains(child.err(), "stopping; running requests have 1h to end");
}

CAF_TEST(an interrupt in the last round that lets all end cuts nothing short) {
    process child(AVATAR_POOL_BINARY, {"run", "--emulator", "--pool.size=5", "--rounds.count=1",
                                       "--pool.drain-timeout=1h"});
    CAF_REQUIRE(child.wait_for_output("[Round 1/1]"));
    child.signal(SIGTERM);
    CAF_CHECK_EQUAL(child.wait(), 0);
    check_contains(child.out(), "MULTI-ROUND TEST COMPLETE");
}

CAF_TEST(a signal that is sent twice at once is one) {
    // As `timeout -s INT` does, to the process and to its group. The service answers late.
    scratch_folder folder;
    const auto file = folder.path("report.json");
    for (int i = 0; i < 10; ++i) {
        process child(AVATAR_POOL_BINARY, {"run", "--emulator", "--pool.size=5",
                                           "--rounds.interval=1h", "--report.json=" + file});
        CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
        for (int signals = 0; signals < 3; ++signals)
            child.signal(SIGINT);
        CAF_CHECK_EQUAL(child.wait(), 5);
        check_contains(child.out(), "  Completed: 5 OK, 0 FAILED in ");
        check_contains(child.out(), "Connection pool closed\n");
        check_contains(content_of(file), "\"ok\": 5");
        std::filesystem::remove(file);
    }
}

CAF_TEST(a signal twice at once ends an emulator as one does) {
    for (int i = 0; i < 10; ++i) {
        process child(AVATAR_POOL_BINARY, {"emulator"});
        CAF_REQUIRE(child.wait_for_error("until Ctrl-C"));
        child.signal(SIGINT);
        child.signal(SIGINT);
        CAF_CHECK_EQUAL(child.wait(), 0);
    }
}

CAF_TEST(an interrupt while connections open ends the wait) {
    script.handshake = [](transport::peer&) {};
    local_service service(script);
    scratch_folder folder;
    const auto file = folder.path("report.json");
    process child(AVATAR_POOL_BINARY,
                  {"run", "--pool.size=2", "--service.connect-timeout=1h", "--report.json=" + file},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("Initializing"));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 3);
    check_contains(child.out(), "Connection pool closed\n");
    check_contains(child.err(), "interrupted before any connection was open");
    check_contains(content_of(file), "\"interrupted\": true");
}

CAF_TEST(a service that does not answer the close does not hold the end up) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=0"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    const auto variables = exported(service.out());
    process child(AVATAR_POOL_BINARY, {"run", "--pool.size=2", "--rounds.interval=1h"}, variables);
    CAF_REQUIRE(child.wait_for_output("until next round..."));
    service.signal(SIGSTOP);
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 5);
    service.signal(SIGCONT);
}

CAF_TEST(a second signal leaves at once and writes the report) {
    script.request = [](transport::peer&, const protocol::message&) {};
    local_service service(script);
    scratch_folder folder;
    const auto file = folder.path("report.json");
    process child(AVATAR_POOL_BINARY,
                  {"run", "--pool.size=2", "--pool.drain-timeout=1h", "--pool.request-timeout=1h",
                   "--report.json=" + file},
                  pointing_at(service));
    CAF_REQUIRE(child.wait_for_output("[Round 1/10]"));
    signal_until_it_ends(child);
    CAF_CHECK_EQUAL(child.wait(), 130);
    check_contains(child.out(), "  Completed: 0 OK, 0 FAILED, 5 CANCELLED in ");
    const auto json = nlohmann::json::parse(content_of(file), nullptr, false);
    CAF_REQUIRE(!json.is_discarded());
    CAF_CHECK_EQUAL(json.at("requests").at("cancelled").get<int>(), 5);
    CAF_CHECK(json.at("interrupted").get<bool>());
}

CAF_TEST(a second signal leaves also when nobody reads the report) {
    inbox<int> asked;
    script.request = [&](transport::peer&, const protocol::message&) { asked.put(1); };
    local_service service(script);
    scratch_folder folder;
    const auto file = folder.path("report.json");
    const auto pipe = folder.path("pipe");
    CAF_REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    // Open, never read, and full before the run.
    const auto fill = "dd if=/dev/zero of=/dev/fd/3 bs=4096 count=16 2>/dev/null";
    process child("/bin/sh",
                  {"-c", "exec 3<>" + pipe + "; " + fill + "; exec " + AVATAR_POOL_BINARY +
                             " run --pool.size=1 --rounds.concurrency=1 --report.json=" + file +
                             " >&3"},
                  pointing_at(service));
    CAF_REQUIRE(asked.take().has_value());
    signal_until_it_ends(child);
    CAF_CHECK_EQUAL(child.wait(), 130);
    check_contains(content_of(file), "\"interrupted\": true");
    check_contains(content_of(file), "\"cancelled\": 1");
}

CAF_TEST(a signal before anything is open leaves no file behind) {
    scratch_folder folder;
    for (int i = 0; i < 10; ++i) {
        process child(AVATAR_POOL_BINARY,
                      {"run", "--emulator", "--pool.size=2", "--rounds.interval=1h",
                       "--report.json=" + folder.path("report.json")});
        CAF_REQUIRE(child.wait_for_error("Running against the embedded emulator"));
        child.signal(SIGINT);
        const auto code = child.wait();
        CAF_CHECK(code == 3 || code == 5);
        std::filesystem::remove(folder.path("report.json"));
        CAF_CHECK(std::filesystem::is_empty(folder.path("")));
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
