#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_timers

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

// That every kind of timer comes as often as something is due, also when one of
// its messages comes too early or was for a time that is over.

namespace {

struct pool_timers_fixture : tests::pool_fixture {
    ~pool_timers_fixture() override { wind_down(); }

    /// Messages of every kind come now, for every time that one is set for, and for
    /// others.
    void disturb() {
        std::vector<nanoseconds> times{0ns, now() + 1h};
        for (const auto& scheduled : sched.clock().schedule())
            times.push_back(scheduled.first.time_since_epoch());
        for (int kind = 0; kind < 8; ++kind)
            for (const auto& at : times)
                caf::anon_send(supervisor(),
                               deadline_due{static_cast<deadline_due::kind>(kind), at});
        consume_messages();
    }

    nanoseconds now() { return sched.clock().now().time_since_epoch(); }

    /// From an actor that lives as long as the test.
    caf::actor acquire() {
        holders.push_back(sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
            self->send(pool, acquire_session{"ann"});
            return {[](const lease_granted&) {}};
        }));
        consume_messages();
        return holders.back();
    }

    std::vector<caf::actor> holders;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_timer_tests, pool_timers_fixture)

CAF_TEST(requests that wait expire one after another) {
    open_pool_of(1);
    ask(pool, "r-0");
    for (int i = 1; i <= 3; ++i) {
        ask(pool, "r-" + std::to_string(i));
        disturb();
        after(10s);
        disturb();
    }
    CAF_CHECK_EQUAL(code_of("r-1"), "borrowTimeout");
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(10s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-2"), "borrowTimeout");
}

CAF_TEST(running requests time out one after another) {
    open_pool_of(3);
    for (int i = 0; i < 3; ++i) {
        ask(pool, "r-" + std::to_string(i));
        disturb();
        after(15s);
    }
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    disturb();
    after(15s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
    after(15s);
    CAF_CHECK_EQUAL(code_of("r-2"), "requestTimeout");
}

CAF_TEST(late connections are replaced one after another) {
    settings.request_timeout = 1s;
    open_pool_of(2);
    ask(pool, "r-0");
    after(1s);
    after(3s);
    ask(pool, "r-1");
    after(1s);
    disturb();
    after(6s - 1ms); // The first is late since 4 s before.
    CAF_CHECK_EQUAL(service.made(), 2u);
    after(1ms);
    CAF_CHECK_EQUAL(service.made(), 3u);
    disturb();
    after(4s - 1ms);
    CAF_CHECK_EQUAL(service.made(), 3u);
    after(1ms);
    CAF_CHECK_EQUAL(service.made(), 4u);
}

CAF_TEST(leases end one after another) {
    settings.max_lease = 1min;
    open_pool_of(2);
    acquire();
    after(20s);
    acquire();
    disturb();
    after(40s - 1ms);
    CAF_CHECK_EQUAL(status().leased, 2u);
    after(1ms);
    CAF_CHECK_EQUAL(status().leased, 1u);
    disturb();
    after(20s - 1ms);
    CAF_CHECK_EQUAL(status().leased, 1u);
    after(1ms);
    CAF_CHECK_EQUAL(status().leased, 0u);
}

CAF_TEST(connections are begun as the rate allows until all are) {
    settings.size = 40;
    settings.connect_rate = 10;
    begin_opening();
    for (std::size_t second = 1; second <= 3; ++second) {
        disturb();
        CAF_CHECK_EQUAL(service.made(), 10 * second);
        after(500ms);
        disturb();
        after(500ms);
    }
    CAF_CHECK_EQUAL(service.made(), 40u);
}

CAF_TEST(a session is renewed again and again) {
    settings.size = 1;
    settings.max_session_age = 10min;
    begin_opening();
    confirm(0);
    for (std::size_t renewed = 1; renewed <= 4; ++renewed) {
        disturb();
        after(5min - 1ms);
        CAF_REQUIRE_EQUAL(service.made(), renewed);
        disturb();
        after(4min + 1ms);
        CAF_REQUIRE_EQUAL(service.made(), renewed + 1);
        confirm(renewed);
        CAF_CHECK_EQUAL(status().renewed, renewed);
    }
}

CAF_TEST(an outage right after another fails fast in its turn) {
    settings.fail_fast_after = 5s;
    open_pool_of(1);
    die(0);
    after(3s);
    confirm(1);
    disturb();
    after(1s);
    die(1);
    ask(pool, "r-0");
    disturb();
    after(5s - 1ms); // The timer of the first outage came in between.
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-0"), "serviceDown");
}

CAF_TEST(each outage fails fast) {
    settings.fail_fast_after = 5s;
    open_pool_of(1);
    for (int outage = 0; outage < 3; ++outage) {
        const auto id = "r-" + std::to_string(outage);
        die(service.made() - 1);
        ask(pool, id);
        disturb();
        after(5s);
        CAF_CHECK_EQUAL(code_of(id), "serviceDown");
        confirm(service.made() - 1);
        CAF_CHECK_EQUAL(status().available, 1u);
        after(1min);
    }
}

CAF_TEST(draining lasts for its timeout) {
    settings.drain_timeout = 10s;
    open_pool_of(1);
    ask(pool, "r-0");
    caf::anon_send(pool, drain_pool{});
    consume_messages();
    disturb();
    after(10s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
}

CAF_TEST(a timer whose message comes early and no other comes again) {
    open_pool_of(1);
    ask(pool, "r-0");
    sched.clock().cancel_all();
    caf::anon_send(supervisor(), deadline_due{deadline_due::kind::busy, now() + 45s});
    consume_messages();
    after(45s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
}

CAF_TEST(a renewal that is due before all others is not late) {
    settings.max_session_age = 24h;
    open_pool_of(2);
    while (service.made() == 2)
        after(1s);
    CAF_REQUIRE_EQUAL(service.made(), 3u); // The other one's timer is set for later.
    for (std::size_t made = 3; made < 6; ++made) {
        die(made - 1);
        CAF_REQUIRE_EQUAL(service.made(), made);
        after(std::chrono::milliseconds(500 << (made - 3)));
        CAF_CHECK_EQUAL(service.made(), made + 1);
    }
}

CAF_TEST(timers in flight do not grow in number) {
    settings.max_lease = 1min;
    settings.max_session_age = 1h;
    open_pool_of(2);
    const auto before = sched.clock().schedule().size();
    for (int i = 0; i < 200; ++i) {
        ask(pool, "r-" + std::to_string(i));
        acquire();
        ask(pool, "w-" + std::to_string(i));
        after(7s);
        for (std::size_t c : {0, 1})
            if (service.at(c).under_way)
                finish(c);
    }
    CAF_CHECK_LESS_OR_EQUAL(sched.clock().schedule().size(), before + 8);
}

CAF_TEST_FIXTURE_SCOPE_END()
