#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_figures

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;

CAF_TEST_FIXTURE_SCOPE(pool_figures_tests, tests::pool_fixture)

CAF_TEST(every figure counts its own) {
    settings.max_session_age = 24h;
    settings.request_timeout = 1h;
    settings.retry_accepted = false;
    settings.fail_fast_after = 1h;
    open_pool_of(10);
    const auto holder = sys.spawn(
        [](caf::event_based_actor*) -> caf::behavior { return {[](const lease_granted&) {}}; });
    // Three succeed; a retried one fails on the way; one dies with its session.
    for (int i = 0; i < 3; ++i) {
        ask(pool, "ok-" + std::to_string(i));
        finish(static_cast<std::size_t>(i));
    }
    ask(pool, "retried");
    die_untouched(3); // Goes on to 4.
    finish(4);
    confirm(10);
    ask(pool, "lost");
    die(5);
    kill(6);
    after(7s); // Two are missing, for as long as that.
    confirm(11);
    confirm(12);
    exchange_finished stray;
    stray.request_id = "unknown";
    stray.late_frames = 17;
    service.at(7).sink(stray);
    channel_closed end;
    end.late_frames = 4;
    service.at(7).end(end);
    consume_messages();
    after(2s);
    confirm(13);
    for (int i = 0; i < 2; ++i)
        send_as(holder, pool, acquire_session{"ann"});
    consume_messages();
    for (int i = 0; i < 11; ++i)
        ask(pool, "late-" + std::to_string(i));
    const auto now = status();
    CAF_CHECK_EQUAL(now.size, 10u);
    CAF_CHECK_EQUAL(now.connected, 10u);
    CAF_CHECK_EQUAL(now.available, 0u);
    CAF_CHECK_EQUAL(now.leased, 2u);
    CAF_CHECK_EQUAL(now.waiting, 3u);
    CAF_CHECK_EQUAL(now.served, 6u + 8u);
    CAF_CHECK_EQUAL(now.retried, 1u);
    CAF_CHECK_EQUAL(now.replaced, 4u);
    CAF_CHECK_EQUAL(now.renewed, 0u);
    CAF_CHECK_EQUAL(now.crashed, 1u);
    CAF_CHECK_EQUAL(now.late_frames, 21u);
    CAF_CHECK_EQUAL(now.longest_below_size, nanoseconds(7s));
    CAF_CHECK_EQUAL(now.requests.entered, 16u);
    CAF_CHECK_EQUAL(now.requests.succeeded, 4u);
    CAF_REQUIRE_EQUAL(now.requests.failed.size(), 1u);
    CAF_CHECK(now.requests.failed[0].code == failure_code::connection_closed);
    CAF_CHECK_EQUAL(now.requests.failed[0].count, 1u);
    CAF_CHECK_EQUAL(now.requests.open, 11u);
    send_as(holder, pool, acquire_session{"ann"});
    consume_messages();
    CAF_CHECK_EQUAL(status().waiting, 4u); // No request.
    CAF_CHECK_EQUAL(status().requests.open, 11u);
    die(0);
    CAF_CHECK_EQUAL(status().connected, 9u);
}

CAF_TEST(each connection has its own figures in the order of slots) {
    settings.max_session_age = 24h;
    open_pool_of(3);
    ask(pool, "r-0");
    finish(0);
    die(1);
    after(5s);
    confirm(3);
    after(3s);
    const auto now = status();
    CAF_REQUIRE_EQUAL(now.connections.size(), 3u);
    const char* names[] = {"c-0", "c-3", "c-2"};
    const std::uint64_t requests[] = {1, 0, 0};
    const nanoseconds ages[] = {68s, 3s, 68s};
    for (std::size_t i = 0; i < 3; ++i) {
        CAF_CHECK_EQUAL(now.connections[i].connection_id, names[i]);
        CAF_CHECK_EQUAL(now.connections[i].requests, requests[i]);
        CAF_CHECK_EQUAL(now.connections[i].age, ages[i]);
    }
    die(0);
    CAF_CHECK_EQUAL(status().connections.size(), 2u);
}

CAF_TEST(the connections are told only to who asks for them) {
    open_pool_of(2);
    auto answer = self->request(pool, caf::infinite, get_pool_status{});
    consume_messages();
    answer.receive([](const pool_status& now) { CAF_CHECK_EQUAL(now.connections.size(), 0u); },
                   [](const caf::error&) { CAF_FAIL("no answer"); });
    CAF_CHECK_EQUAL(get_pool_status{}.with_connections, false);
}

CAF_TEST(a renewed connection begins its own figures) {
    settings.max_session_age = 10min;
    open_pool_of(1);
    ask(pool, "r-0");
    finish(0);
    after(8min);
    confirm(1);
    after(4s);
    ask(pool, "r-1");
    const auto now = status();
    CAF_REQUIRE_EQUAL(now.connections.size(), 1u);
    CAF_CHECK_EQUAL(now.connections[0].requests, 1u);
    CAF_CHECK_EQUAL(now.connections[0].age, nanoseconds(4s));
    CAF_CHECK_EQUAL(now.renewed, 1u);
    CAF_CHECK_EQUAL(now.longest_below_size, nanoseconds(0));
}

CAF_TEST(the time that connections were open is summed over all that there were) {
    settings.max_session_age = 24h;
    open_pool_of(2);
    const auto opened = status().session_ms; // Until now.
    after(10s);
    CAF_CHECK_EQUAL(status().session_ms, opened + 20'000);
    die(0);
    after(5s); // One is open, one connects.
    CAF_CHECK_EQUAL(status().session_ms, opened + 25'000);
    confirm(2);
    after(5s);
    CAF_CHECK_EQUAL(status().session_ms, opened + 35'000);
    die(1);
    die(2);
    after(1s);
    CAF_CHECK_EQUAL(status().session_ms, opened + 35'000);
}

CAF_TEST(a renewed connection counts with its successor) {
    settings.max_session_age = 10min;
    open_pool_of(1);
    const auto opened = status().session_ms;
    ask(pool, "r-0");
    after(9min);
    confirm(1); // It waits for the end of the request.
    after(4s);
    CAF_CHECK_EQUAL(status().session_ms, opened + 9 * 60'000 + 2 * 4'000);
    finish(0);
    after(1s);
    CAF_CHECK_EQUAL(status().renewed, 1u);
    CAF_CHECK_EQUAL(status().session_ms, opened + 9 * 60'000 + 2 * 4'000 + 1'000);
    ask(pool, "r-1");
    after(9min);
    confirm(2);
    after(2s);
    const auto before = status().session_ms;
    die(2); // The successor, while it waits.
    after(1s);
    CAF_CHECK_EQUAL(status().session_ms, before + 1'000);
}

CAF_TEST(a pool that drains is not below its size) {
    open_pool_of(2);
    caf::anon_send(pool, drain_pool{});
    die(0);
    after(5s);
    CAF_CHECK_EQUAL(status().longest_below_size, nanoseconds(0));
    CAF_CHECK_EQUAL(status().replaced, 0u);
    die(1);
    CAF_CHECK_EQUAL(status().connected, 0u); // It answers until it is closed.
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
