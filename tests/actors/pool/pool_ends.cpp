#include "tests/actors/pool/pool_fixture.hpp"
#include "tests/support/log_capture.hpp"

#include <caf/default_attachable.hpp>

#include <memory>

#define CAF_SUITE pool_ends

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;
using tests::ids;

// The first tries of a pool that opens, its failing, draining and closing.

namespace {

struct pool_ends_fixture : tests::pool_fixture {
    ~pool_ends_fixture() override { wind_down(); }

    void drain() {
        caf::anon_send(pool, drain_pool{});
        consume_messages();
    }

    /// The reason why it failed, where it has.
    ids reasons() {
        auto told = std::make_shared<ids>();
        sys.spawn([this, told](caf::event_based_actor* watcher) {
            watcher->request(pool, caf::infinite, watch_pool{})
                .then([told](const pool_failed& news) { told->push_back(describe(news.failure)); });
        });
        consume_messages();
        return *told;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_ends_tests, pool_ends_fixture)

CAF_TEST(each slot has one first try) {
    settings.size = 2;
    begin_opening();
    die(0);
    after(1s);
    die(2); // The same slot again.
    CAF_CHECK_EQUAL(opened.size(), 0u);
    CAF_CHECK_EQUAL(tried.size(), 1u);
    confirm(1);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK(!opened[0].cancelled);
    CAF_CHECK_EQUAL(opened[0].connected, 1u);
    CAF_REQUIRE_EQUAL(opened[0].failures.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].failures[0].count, 1u);
    die(1);
    CAF_CHECK_EQUAL(tried.size(), 2u);
}

CAF_TEST(a pool whose connections neither open nor fail fails fast from its opening on) {
    settings.fail_fast_after = 5s;
    begin_opening();
    ask(pool, "r-0");
    after(5s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-0"), "serviceDown");
    CAF_CHECK_EQUAL(result_of("r-0").failure.detail, "no connection has been up for 5s");
}

CAF_TEST(an outage that begins with a late connection fails fast in its time) {
    settings.fail_fast_after = 5s;
    open_pool_of(1);
    ask(pool, "r-0");
    after(45s);
    after(10s); // Replaced.
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    ask(pool, "r-1");
    after(5s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-1"), "serviceDown");
}

CAF_TEST(the end of a pool answers who waits for it to open) {
    for (const bool gives_up : {false, true}) {
        pool_ends_fixture f;
        f.settings.size = 2;
        f.settings.max_restarts = 0;
        f.begin_opening();
        f.confirm(0);
        gives_up ? f.kill(0) : f.drain();
        CAF_REQUIRE_EQUAL(f.opened.size(), 1u);
        CAF_CHECK(f.opened[0].cancelled);
        CAF_CHECK_EQUAL(f.opened[0].connected, gives_up ? 0u : 1u);
    }
}

CAF_TEST(a pool fails for its first reason and for good) {
    settings.max_restarts = 1;
    open_pool_of(5);
    kill(0);
    CAF_CHECK_EQUAL(reasons(), ids{});
    service.at(1).throws_on_send = true;
    ask(pool, "r-0");
    CAF_REQUIRE_EQUAL(code_of("r-0"), "unknown");
    const auto first = reasons();
    CAF_REQUIRE_EQUAL(first.size(), 1u);
    CAF_CHECK(first[0].ends_with("made to fail"));
    const auto made = service.made();
    kill(2);
    kill(3);
    CAF_CHECK_EQUAL(status().crashed, 4u);
    CAF_CHECK(reasons() == first);
    drain();
    caf::anon_send(pool, cancel_requests{});
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "poolFailed");
    die(4);
    after(1h);
    CAF_CHECK_EQUAL(service.made(), made);
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a request that is cancelled is stopped at the service too) {
    open_pool_of(1);
    ask(pool, "r-0");
    caf::anon_send(pool, cancel_requests{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
    CAF_CHECK(service.at(0).interrupted);
    CAF_CHECK(!service.at(0).abandoned);
}

CAF_TEST(closing waits for a request that is on its way back) {
    open_pool_of(1);
    const auto session = session_of(0); // Lives on, since it is held here.
    audio_request request;
    request.request_id = "r-0";
    sys.spawn([this, request](caf::event_based_actor* caller) {
        caller->request(pool, caf::infinite, request).then([this](audio_result& result) {
            results.push_back(std::move(result));
        });
    });
    service.at(0).die(failure_code::connection_closed, "gone");
    close();
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK_EQUAL(results.size(), 1u);
}

CAF_TEST(a pool that is killed monitors its holders no more) {
    open_pool_of(1);
    const auto holder = sys.spawn(
        [](caf::event_based_actor*) -> caf::behavior { return {[](const lease_granted&) {}}; });
    send_as(holder, pool, acquire_session{"ann"});
    consume_messages();
    const auto address = pool->address();
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(
        caf::actor_cast<caf::abstract_actor*>(holder)->detach(
            caf::default_attachable::observe_token{address, caf::default_attachable::monitor}),
        0u);
    pool = nullptr;
}

CAF_TEST(the log says which connections are lost and which code has failed) {
    open_pool_of(2);
    tests::log_capture log;
    die(0);
    CAF_CHECK_EQUAL(log.next(), "info: slot [0]: connection ended: reset by peer");
    CAF_CHECK_EQUAL(log.next(), "warning: connection [c-0] was lost, replacing it: reset by peer");
    die(2); // It was not open yet.
    CAF_CHECK_EQUAL(log.next(), "info: slot [0]: connection ended: reset by peer");
    CAF_CHECK(!log.more());
    kill(1);
    const std::string why = "the session's actor failed: it was ended from outside";
    CAF_CHECK_EQUAL(log.next(), "warning: connection [c-1] was lost, replacing it: " + why);
    CAF_CHECK_EQUAL(log.next(), "error: " + why);
    CAF_CHECK(!log.more());
    after(1s);
    confirm(3);
    confirm(4);
    drain();
    die(3);
    log.next(); // The session's.
    CAF_CHECK(!log.more());
    close(); // As wished.
    CAF_CHECK(!log.more());
}

CAF_TEST(a lease ends with the late session that is replaced) {
    settings.max_lease = 1h;
    open_pool_of(1);
    std::vector<lease_granted> granted;
    auto holder = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](const lease_granted& one) { granted.push_back(one); },
                [this](audio_result& result) { results.push_back(std::move(result)); }};
    });
    send_as(holder, pool, acquire_session{"ann"});
    consume_messages();
    audio_request request;
    request.request_id = "l-0";
    request.lease = granted.at(0).lease;
    send_as(holder, pool, request);
    consume_messages();
    after(45s);
    after(10s);
    confirm(1);
    CAF_CHECK_EQUAL(status().leased, 0u);
    CAF_CHECK_EQUAL(status().available, 1u);
    request.request_id = "l-1";
    send_as(holder, pool, request);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseLost");
}

CAF_TEST(an order to open again that nobody gave opens nothing) {
    open_pool_of(1);
    for (std::uint64_t slot : {0, 1, 7})
        for (std::uint64_t generation : {0, 1, 2})
            caf::anon_send(supervisor(), reconnect_slot{{slot, generation}});
    consume_messages();
    CAF_CHECK_EQUAL(service.made(), 1u);
}

CAF_TEST(a connection that lived for the shortest pause is replaced at once) {
    for (const auto lived : {499ms, 500ms}) {
        pool_ends_fixture f;
        f.settings.size = 1;
        f.begin_opening();
        f.confirm(0);
        f.after(lived);
        f.die(0);
        CAF_CHECK_EQUAL(f.service.made(), lived < 500ms ? 1u : 2u);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
