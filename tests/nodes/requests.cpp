// A pool over workers, as a program has it whose requests they serve.
#include "application/pool.hpp"
#include "tests/nodes/nodes_dsl.hpp"
#include "tests/nodes/tcp_proxy.hpp"

#include <csignal>
#include <memory>
#include <set>

#define CAF_SUITE nodes_requests

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t second_of_speech = 32'000; // Bytes of PCM at 16000 Hz.

audio_clip speech() {
    return audio_clip(std::string(second_of_speech, '\0'));
}

std::string code_of(const audio_result& result) {
    return std::string(to_string(result.failure.code));
}

/// Two workers, and a pool of two sessions on each.
struct requests_fixture {
    static config::node_address address_of(std::uint16_t port) { return {"127.0.0.1", port}; }

    config::settings settings() const {
        config::settings values;
        values.pool.size = 4;
        values.node.nodes = {address_of(first.port()), address_of(second.port())};
        return values;
    }

    static std::vector<application::animation> begin(application::pool& pool, int count) {
        std::vector<application::animation> running;
        for (int i = 0; i < count; ++i)
            running.push_back(pool.animate(speech()));
        return running;
    }

    /// Requests go through again, on all four sessions.
    void check_recovered(application::pool& pool) {
        CAF_CHECK(wait_until([&] { return pool.status().connected == 4; }, 20s));
        for (auto& each : begin(pool, 8))
            CAF_CHECK_EQUAL(code_of(each.wait()), "none");
    }

    /// Each request has one outcome.
    static void check_balance(const pool_status& pool, std::uint64_t requests) {
        std::uint64_t ended = pool.requests.succeeded;
        for (const auto& each : pool.requests.failed)
            ended += each.count;
        CAF_CHECK_EQUAL(pool.requests.entered, requests);
        CAF_CHECK_EQUAL(ended, requests);
        CAF_CHECK_EQUAL(pool.requests.open, 0u);
    }

    void check_nothing_stays() {
        CAF_CHECK(service.wait_for_no_session(close_limit));
        for (const auto* worker : {&first, &second})
            CAF_CHECK(wait_until([&] { return open_connections(worker->port()) == 0; }, 10s));
    }

    node_service service{1s}; // So that something can happen meanwhile.
    node_worker first{service.variables()};
    node_worker second{service.variables()};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(request_tests, requests_fixture)

CAF_TEST(requests are served by the sessions of all workers) {
    application::pool pool(settings());
    std::set<std::string> connections;
    for (auto& each : begin(pool, 12)) {
        const auto& result = each.wait();
        CAF_CHECK_EQUAL(code_of(result), "none");
        CAF_CHECK_EQUAL(each.frames().size(), result.frames);
        CAF_CHECK(result.frames > 0);
        connections.insert(result.connection_id);
    }
    CAF_CHECK_EQUAL(connections.size(), 4u);
    check_balance(pool.status(), 12);
}

CAF_TEST(a pool that is closed leaves no session and no link) {
    {
        application::pool pool(settings());
        auto running = begin(pool, 4);
        pool.close();
        for (auto& each : running)
            CAF_CHECK_EQUAL(code_of(each.wait()), "requestCancelled");
        CAF_CHECK(service.wait_for_no_session(close_limit));
    }
    check_nothing_stays();
}

CAF_TEST(speech and leases cross nodes) {
    application::pool pool(settings());
    auto session = pool.acquire(5s);
    auto spoken = session.speak();
    for (int i = 0; i < 5; ++i)
        CAF_CHECK(spoken.write(std::string(second_of_speech / 5, '\0')));
    spoken.finish();
    CAF_CHECK_EQUAL(code_of(spoken.wait()), "none");
    CAF_CHECK_EQUAL(spoken.wait().connection_id, session.connection_id());
    auto turn = session.animate(speech());
    CAF_CHECK_EQUAL(turn.wait().connection_id, session.connection_id());
    CAF_CHECK_EQUAL(pool.status().leased, 1u);
}

CAF_TEST(a worker that is killed loses the requests it had and nothing else) {
    application::pool pool(settings());
    auto running = begin(pool, 4);
    CAF_REQUIRE_EQUAL(pool.status().requests.open, 4u); // The nodes, which it asks, have them.
    first.kill();
    int lost = 0;
    for (auto& each : running) {
        const auto code = code_of(each.wait());
        lost += code == "nodeLost";
        CAF_CHECK(code == "nodeLost" || code == "none");
        if (code == "nodeLost")
            CAF_CHECK(contains(each.wait().failure.detail,
                               "127.0.0.1:" + std::to_string(first.port()) + " was lost"));
    }
    CAF_CHECK_EQUAL(lost, 2);
    for (auto& each : begin(pool, 4)) // The other one serves alone.
        CAF_CHECK_EQUAL(code_of(each.wait()), "none");
    first.restart();
    check_recovered(pool);
    check_balance(pool.status(), 16);
}

CAF_TEST(with retries no request is lost with a worker) {
    auto values = settings();
    values.pool.retry_accepted = true;
    application::pool pool(values);
    auto running = begin(pool, 4);
    CAF_REQUIRE_EQUAL(pool.status().requests.open, 4u); // The nodes, which it asks, have them.
    second.kill();
    for (auto& each : running) {
        const auto& result = each.wait();
        // One of which frames had come is not begun again.
        CAF_CHECK(result.ok() || (code_of(result) == "nodeLost" && !each.frames().empty()));
    }
}

CAF_TEST(a lease ends with the worker of its session) {
    application::pool pool(settings());
    std::vector<application::session> sessions;
    for (int i = 0; i < 4; ++i)
        sessions.push_back(pool.acquire(5s));
    first.kill();
    CAF_REQUIRE(wait_until([&] { return pool.status().leased == 2; }, 10s));
    int lost = 0;
    for (auto& session : sessions)
        lost += code_of(session.animate(speech()).wait()) == "leaseLost";
    CAF_CHECK_EQUAL(lost, 2);
    sessions.clear();
    first.restart();
    check_recovered(pool);
}

CAF_TEST(a worker that is stopped for too long is lost and comes back) {
    application::pool pool(settings());
    auto running = begin(pool, 4);
    CAF_REQUIRE_EQUAL(pool.status().requests.open, 4u); // The nodes, which it asks, have them.
    first.signal(SIGSTOP);
    int lost = 0;
    for (auto& each : running)
        lost += code_of(each.wait()) == "nodeLost";
    CAF_CHECK_EQUAL(lost, 2);
    first.signal(SIGCONT);
    check_recovered(pool);
}

CAF_TEST(a worker that is told to stop ends what it has) {
    application::pool pool(settings());
    auto running = begin(pool, 4);
    CAF_REQUIRE_EQUAL(pool.status().requests.open, 4u); // The nodes, which it asks, have them.
    first.signal(SIGTERM);
    auto more = begin(pool, 4);
    for (auto* some : {&running, &more})
        for (auto& each : *some)
            CAF_CHECK_EQUAL(code_of(each.wait()), "none");
    CAF_CHECK_EQUAL(first.program().wait(), 0);
}

CAF_TEST(a link that is cut costs its requests and is made again) {
    tcp_proxy proxy(second.port());
    auto values = settings();
    values.node.nodes[1] = address_of(proxy.port());
    application::pool pool(values);
    auto running = begin(pool, 4);
    CAF_REQUIRE_EQUAL(pool.status().requests.open, 4u); // The nodes, which it asks, have them.
    proxy.cut_once();
    int lost = 0;
    for (auto& each : running)
        lost += code_of(each.wait()) == "nodeLost";
    CAF_CHECK_EQUAL(lost, 2);
    check_recovered(pool);
}

CAF_TEST(without any worker requests fail at once) {
    application::pool pool(settings());
    first.kill();
    second.kill();
    CAF_REQUIRE(wait_until([&] { return pool.status().connected == 0; }, 10s));
    CAF_CHECK_EQUAL(code_of(pool.animate(speech()).wait()), "serviceDown");
    try {
        pool.acquire(1s);
        CAF_ERROR("a session of no worker was acquired");
    } catch (const application::pool_error& e) {
        CAF_CHECK_EQUAL(std::string(to_string(e.why().code)), "serviceDown");
    }
    first.restart();
    second.restart();
    check_recovered(pool);
}

CAF_TEST(a pool of which no worker can be reached says why) {
    first.kill();
    second.kill();
    try {
        const application::pool pool(settings());
        CAF_ERROR("there is a pool without workers");
    } catch (const application::pool_error& e) {
        check_contains(e.what(), "is unavailable");
    }
}

CAF_TEST(a program that is killed leaves no session behind) {
    process program(AVATAR_REMOTE_POOL_EXAMPLE, {first.address(), second.address()});
    CAF_REQUIRE(wait_until([&] { return service.sessions() == 4; }, 10s));
    program.signal(SIGKILL);
    check_nothing_stays();
    application::pool next(settings());
    check_recovered(next);
}

CAF_TEST_FIXTURE_SCOPE_END()
