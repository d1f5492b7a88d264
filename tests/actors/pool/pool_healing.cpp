#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_healing

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;
using tests::ids;

namespace {

struct pool_healing_fixture : tests::pool_fixture {
    ~pool_healing_fixture() override { wind_down(); }

    /// The connection `i` fails to open, or ends.
    void lose(std::size_t i, failure_code code = failure_code::connection_failed) {
        service.at(i).die(code, "refused");
        consume_messages();
    }

    /// Whether `pool` failed; its reason is kept.
    void watch() {
        sys.spawn([this](caf::event_based_actor* watcher) {
            watcher->request(pool, caf::infinite, watch_pool{})
                .then(
                    [this](const pool_failed& news) { reasons.push_back(describe(news.failure)); });
        });
        consume_messages();
    }

    ids reasons;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_healing_tests, pool_healing_fixture)

CAF_TEST(the pause before the next try is drawn below a bound that doubles) {
    settings.size = 1;
    settings.fail_fast_after = 1h;
    begin_opening();
    nanoseconds total{0};
    for (auto bound : {500ms, 1000ms, 2000ms, 4000ms, 4000ms}) {
        const auto made = service.made();
        lose(made - 1);
        nanoseconds waited{0};
        while (service.made() == made && waited <= bound) {
            after(10ms);
            waited += 10ms;
        }
        CAF_CHECK_EQUAL(service.made(), made + 1);
        total += waited;
    }
    CAF_CHECK_GREATER(total, 100ms); // Not all of them nothing.
}

CAF_TEST(connections are begun no faster than the connect rate) {
    settings.size = 50;
    settings.connect_rate = 10;
    begin_opening();
    CAF_CHECK_EQUAL(service.made(), 10u);
    after(1s);
    CAF_CHECK_EQUAL(service.made(), 20u);
    after(500ms);
    CAF_CHECK_EQUAL(service.made(), 25u);
}

CAF_TEST(a service that is down gets no more tries than the connect rate) {
    settings.size = 200;
    settings.connect_rate = 10;
    settings.reconnect_max = 500ms;
    begin_opening();
    for (int second = 1; second <= 10; ++second) {
        for (std::size_t i = 0; i < service.made(); ++i)
            lose(i);
        after(1s);
        CAF_CHECK_LESS_OR_EQUAL(service.made(), 10u + 10u * static_cast<unsigned>(second));
    }
}

CAF_TEST(without any connection requests fail fast and with the reason) {
    settings.fail_fast_after = 5s;
    open_pool_of(1);
    lose(0);
    lose(1, failure_code::connection_failed);
    ask(pool, "r-0");
    after(4999ms);
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-0"), "serviceDown");
    CAF_CHECK_EQUAL(result_of("r-0").failure.detail, "no connection has been up for 5s: refused");
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "serviceDown");
}

CAF_TEST(when the service returns the pool takes requests again by itself) {
    settings.fail_fast_after = 1s;
    open_pool_of(1);
    lose(0);
    after(2s);
    confirm(service.made() - 1);
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(sent(service.made() - 1), ids{"r-0"});
    CAF_CHECK_EQUAL(status().longest_below_size, nanoseconds(2s));
}

CAF_TEST(a session is renewed before its token expires and before the old one goes) {
    settings.max_session_age = 10min;
    settings.size = 1;
    begin_opening();
    confirm(0);
    after(5min - 1ms);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(4min + 1ms);
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    CAF_CHECK(!service.at(0).close_asked);
    CAF_CHECK_EQUAL(status().available, 1u);
    confirm(1);
    CAF_CHECK(service.at(0).close_asked);
    const auto now = status();
    CAF_CHECK_EQUAL(now.available, 1u);
    CAF_CHECK_EQUAL(now.renewed, 1u);
    CAF_CHECK_EQUAL(now.replaced, 0u);
    CAF_CHECK_EQUAL(now.longest_below_size, nanoseconds(0));
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(sent(1), ids{"r-0"});
}

CAF_TEST(a session with a request is renewed when the request has ended) {
    settings.max_session_age = 1min;
    settings.request_timeout = 1h;
    settings.size = 1;
    begin_opening();
    confirm(0);
    ask(pool, "r-0");
    after(54s);
    confirm(1);
    CAF_CHECK(!service.at(0).close_asked);
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a renewal that fails is tried again while the old session serves on) {
    settings.max_session_age = 1min;
    settings.size = 1;
    begin_opening();
    confirm(0);
    after(54s);
    lose(1);
    after(500ms);
    CAF_CHECK_EQUAL(service.made(), 3u);
    CAF_CHECK_EQUAL(status().available, 1u);
    confirm(2);
    CAF_CHECK_EQUAL(status().renewed, 1u);
}

CAF_TEST(a session that dies while it is renewed is replaced by its successor) {
    settings.max_session_age = 1min;
    settings.size = 1;
    begin_opening();
    confirm(0);
    after(54s);
    die(0);
    CAF_CHECK_EQUAL(service.made(), 2u);
    confirm(1);
    CAF_CHECK_EQUAL(status().available, 1u);
    CAF_CHECK_EQUAL(status().replaced, 1u);
}

CAF_TEST(the renewals of a pool that opened at once are spread over time) {
    settings.max_session_age = 10min;
    settings.size = 100;
    begin_opening();
    for (std::size_t i = 0; i < 100; ++i)
        confirm(i);
    after(6min);
    CAF_CHECK_GREATER(service.made(), 105u);
    CAF_CHECK_LESS(service.made(), 195u);
}

CAF_TEST(a request whose session died untouched goes to another one unseen) {
    open_pool_of(2);
    ask(pool, "r-0");
    after(1s);
    die_untouched(0);
    CAF_CHECK_EQUAL(results.size(), 0u);
    CAF_CHECK_EQUAL(sent(1), ids{"r-0"});
    after(1s);
    finish(1);
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK_EQUAL(result_of("r-0").duration, nanoseconds(2s));
    CAF_CHECK_EQUAL(status().retried, 1u);
}

CAF_TEST(after a connection has gone silent the others are asked before they get a request) {
    open_pool_of(4);
    ask(pool, "r-0");
    channel_closed silent;
    silent.failure.code = protocol::failure_code::connection_closed;
    silent.request_accepted = false;
    silent.silent = true;
    service.at(0).end(silent);
    consume_messages();
    CAF_CHECK_EQUAL(results.size(), 0u);
    CAF_CHECK_EQUAL(service.made(), 5u);
    for (std::size_t i = 1; i < 4; ++i) {
        CAF_CHECK(service.at(i).checked);
        CAF_CHECK(sent(i).empty());
    }
    service.at(2).answer_check();
    consume_messages();
    CAF_CHECK_EQUAL(sent(2), ids{"r-0"});
    finish(2);
    CAF_CHECK(result_of("r-0").ok());
    after(10s); // The others are dead as well.
    CAF_CHECK_EQUAL(service.made(), 7u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a request is sent again no more often than the retries allow) {
    open_pool_of(3);
    ask(pool, "r-0");
    die_untouched(0);
    die_untouched(1);
    CAF_CHECK_EQUAL(code_of("r-0"), "connectionClosed");
    CAF_CHECK_EQUAL(sent(2), ids{});
}

CAF_TEST(a request that the service may have taken is sent again only on demand) {
    for (bool demanded : {false, true}) {
        pool_fixture::wind_down();
        pool = nullptr;
        service = {};
        results.clear();
        settings.retry_accepted = demanded;
        open_pool_of(2);
        ask(pool, "r-0");
        die(0);
        CAF_CHECK_EQUAL(sent(1), demanded ? ids{"r-0"} : ids{});
    }
}

CAF_TEST(a caller that floods does not starve another) {
    open_pool_of(1);
    sys.spawn([this](caf::event_based_actor* flood) {
        for (int i = 0; i < 100; ++i) {
            audio_request request;
            request.request_id = "f-" + std::to_string(i);
            flood->request(pool, caf::infinite, request).then([](const audio_result&) {});
        }
    });
    consume_messages();
    ask(pool, "r-0");
    ask(pool, "r-1");
    for (int i = 0; i < 4; ++i)
        finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"f-0", "f-1", "r-0", "r-1", "f-2"}));
}

CAF_TEST(session code that throws is replaced and counted) {
    open_pool_of(2);
    service.at(0).throws_on_send = true;
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(code_of("r-0"), "unknown");
    CAF_CHECK_EQUAL(service.made(), 3u);
    CAF_CHECK_EQUAL(status().crashed, 1u);
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(too many failed session actors make the pool fail) {
    settings.max_restarts = 2;
    settings.restart_window = 1min;
    open_pool_of(4);
    watch();
    for (std::size_t i : {0, 1}) {
        service.at(i).throws_on_send = true;
        ask(pool, "r-" + std::to_string(i));
    }
    CAF_CHECK_EQUAL(reasons, ids{});
    ask(pool, "r-2");
    service.at(3).throws_on_send = true;
    ask(pool, "r-3");
    CAF_REQUIRE_EQUAL(reasons.size(), 1u);
    CAF_CHECK_EQUAL(reasons[0], "the pool failed: more than 2 session actors failed within 1min "
                                "(pool.max-restarts), the last one: the session's actor failed: "
                                "made to fail");
    CAF_CHECK_EQUAL(code_of("r-2"), "poolFailed");
    ask(pool, "r-4");
    CAF_CHECK_EQUAL(code_of("r-4"), "poolFailed");
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(failures further apart than the window do not make it fail) {
    settings.max_restarts = 1;
    settings.restart_window = 1min;
    open_pool_of(2);
    watch();
    for (int i = 0; i < 4; ++i) {
        const auto latest = service.made() - 1;
        service.at(latest).confirm("c");
        consume_messages();
        service.at(latest).throws_on_send = true;
        after(1h);
    }
    CAF_CHECK_EQUAL(reasons, ids{});
}

CAF_TEST(draining lets running requests end and closes with going away) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    caf::anon_send(pool, drain_pool{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    ask(pool, "r-2");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
    close();
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK(service.at(0).closed_for == close_reason::going_away);
}

CAF_TEST(what still runs at the drain timeout is cancelled) {
    settings.drain_timeout = 10s;
    open_pool_of(1);
    ask(pool, "r-0");
    caf::anon_send(pool, drain_pool{});
    consume_messages();
    after(10s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(the ledger counts what enters and what becomes of it) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    const auto ledger = status().requests;
    CAF_CHECK_EQUAL(ledger.entered, 2u);
    CAF_CHECK_EQUAL(ledger.open, 2u);
    finish(0);
    finish(0);
    CAF_CHECK_EQUAL(status().requests.succeeded, 2u);
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
