#include "tests/actors/load/round_driver_fixture.hpp"

#define CAF_SUITE round_driver_told

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A driver that begins no round by itself.
struct told_driver_fixture : tests::round_driver_fixture {
    told_driver_fixture() { plan.begins_when_told = true; }

    template <class Message>
    void tell_driver(Message message) {
        caf::anon_send(driver, message);
        consume_messages();
    }

    void begin(std::uint64_t round, std::uint64_t requests, double rate = 0,
               nanoseconds first = {}) {
        tell_driver(begin_round{round, {requests, first, rate}});
    }

    std::uint64_t entered() { return status().requests.entered; }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(round_driver_told_tests, told_driver_fixture)

CAF_TEST(no round begins before it is told) {
    start();
    after(1h);
    CAF_CHECK(plans.empty());
    CAF_CHECK(begun.empty());
    CAF_CHECK(answers.empty());
    CAF_CHECK_EQUAL(entered(), 0u);
}

CAF_TEST(a round that is told before the driver runs does not begin) {
    open_pool_of(2);
    spawn_driver();
    begin(1, 2);
    CAF_CHECK_EQUAL(entered(), 0u);
    run();
    CAF_CHECK(begun.empty());
    begin(1, 2);
    CAF_CHECK_EQUAL(begun.size(), 1u);
}

CAF_TEST(each round has the number and the load that it is told) {
    start();
    begin(3, 4);
    CAF_REQUIRE_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(begun[0].round, 3u);
    CAF_CHECK_EQUAL(entered(), 4u);
    after(5s);
    finish_round();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].round, 3u);
    CAF_CHECK_EQUAL(ended[0].ok, 4u);
    CAF_CHECK_EQUAL(ended[0].duration, nanoseconds(5s));
    CAF_CHECK(!ended[0].last);
    after(1h); // No pause of its own.
    CAF_CHECK_EQUAL(begun.size(), 1u);
    begin(9, 1);
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    CAF_CHECK_EQUAL(begun[1].round, 9u);
    CAF_CHECK_EQUAL(entered(), 5u);
    finish(service.at(0).under_way ? 0 : 1);
    CAF_REQUIRE_EQUAL(ended.size(), 2u);
    CAF_CHECK_EQUAL(ended[1].ok, 1u);
    CAF_CHECK(answers.empty());
}

CAF_TEST(more rounds than the plan says may be told) {
    plan.rounds.count = 1;
    start();
    for (std::uint64_t round = 1; round <= 20; ++round) {
        begin(round, 4);
        finish_round();
        CAF_REQUIRE_EQUAL(ended.size(), round);
        CAF_CHECK(!ended.back().last);
    }
    CAF_CHECK(overs.empty());
    tell_driver(stop_rounds{});
    CAF_CHECK_EQUAL(overs.size(), 1u);
}

CAF_TEST(a round that is told while one runs is ignored) {
    start();
    caf::anon_send(driver, begin_round{1, {2, {}, 0}});
    begin(2, 2); // While the pool is asked.
    begin(3, 2);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(entered(), 2u);
    finish(0);
    begin(4, 2);
    finish(1);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].round, 1u);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    begin(5, 2);
    CAF_CHECK_EQUAL(begun.size(), 2u);
}

CAF_TEST(a driver that was not made to be told begins its own rounds only) {
    plan.begins_when_told = false;
    start();
    finish_round();
    begin(7, 1);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    after(30s);
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    CAF_CHECK_EQUAL(begun[1].round, 2u);
}

CAF_TEST(arrivals begin so long after the round as is told) {
    start();
    begin(1, 3, 4, 100ms);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(entered(), 0u);
    for (std::uint64_t sent = 0; sent < 3; ++sent) {
        after(sent == 0 ? 100ms - 1ns : 250ms - 1ns);
        CAF_CHECK_EQUAL(entered(), sent);
        after(1ns);
        CAF_CHECK_EQUAL(entered(), sent + 1);
    }
    finish_round();
    CAF_CHECK_EQUAL(ended.size(), 1u);
    begin(2, 1, 0, 1s); // At once, but later.
    CAF_CHECK_EQUAL(entered(), 3u);
    after(1s);
    CAF_CHECK_EQUAL(entered(), 4u);
}

CAF_TEST(a request that is told for later is interrupted after its own start) {
    plan.rounds.interrupt_after = 2s;
    start();
    begin(1, 1, 1, 5s);
    after(2s);
    CAF_CHECK_EQUAL(entered(), 0u);
    after(2s);
    after(1s);
    CAF_CHECK_EQUAL(entered(), 1u);
    after(1s);
    after(1s - 1ns);
    CAF_CHECK(ended.empty());
    after(1ns);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 1u);
    CAF_CHECK_EQUAL(ended[0].duration, nanoseconds(7s));
}

CAF_TEST(a stop between told rounds ends the run at once) {
    for (const bool played : {false, true}) {
        told_driver_fixture f;
        f.start();
        if (played) {
            f.begin(1, 4);
            f.finish_round();
        }
        f.tell_driver(stop_rounds{});
        CAF_REQUIRE_EQUAL(f.answers.size(), 1u);
        CAF_CHECK(f.answers[0].interrupted);
        CAF_CHECK(!f.answers[0].failure);
        CAF_CHECK_EQUAL(f.ended.size(), played ? 1u : 0u);
        CAF_CHECK(has_ended(f.driver));
    }
}

CAF_TEST(a stop in a told round ends what waits and no round begins then) {
    start();
    begin(1, 4);
    tell_driver(stop_rounds{});
    begin(2, 4);
    CAF_CHECK(ended.empty());
    finish(0);
    begin(3, 4);
    finish(1);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 2u);
    CAF_CHECK_EQUAL(ended[0].cancelled, 2u);
    CAF_CHECK_EQUAL(ended[0].failed, 0u);
    CAF_CHECK(ended[0].last);
    CAF_CHECK_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(entered(), 4u);
}

CAF_TEST(a stop while the pool is asked plays no told round) {
    start();
    caf::anon_send(driver, begin_round{1, {4, {}, 0}});
    tell_driver(stop_rounds{});
    CAF_CHECK(begun.empty());
    CAF_CHECK(ended.empty());
    CAF_CHECK_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(entered(), 0u);
}

CAF_TEST(a stop before the first arrival ends the told round without requests) {
    start();
    begin(1, 4, 1, 10s);
    tell_driver(stop_rounds{});
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok + ended[0].failed, 0u);
    CAF_CHECK(ended[0].last);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(the end of the pool between told rounds ends the run) {
    start();
    begin(1, 4);
    finish_round();
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK(answers[0].failure);
    CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
