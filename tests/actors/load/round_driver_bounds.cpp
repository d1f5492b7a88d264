#include "tests/actors/load/round_driver_fixture.hpp"

#define CAF_SUITE round_driver_bounds

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(round_driver_bounds_tests, tests::round_driver_fixture)

CAF_TEST(the end of the run is told to all once) {
    plan.rounds.count = 1;
    start();
    after(5s);
    CAF_CHECK_EQUAL(service.at(0).audio.bytes(), "speech");
    finish_round();
    CAF_REQUIRE_EQUAL(overs.size(), 1u);
    CAF_CHECK_EQUAL(overs[0].duration, nanoseconds(5s));
    CAF_CHECK_EQUAL(answers.size(), 1u);
    auto answer = self->request(figures, caf::infinite, get_run_report{});
    consume_messages();
    answer.receive(
        [](const run_report& report) { CAF_CHECK_EQUAL(report.duration, nanoseconds(5s)); },
        [](const caf::error&) { CAF_FAIL("no report"); });
    CAF_CHECK_EQUAL(progress.size(), 0u);
}

CAF_TEST(without interrupts and progress a round sets no timer) {
    CAF_CHECK_EQUAL(round_driver_plan{}.progress_interval, nanoseconds(0));
    open_pool_of(2);
    ask(pool, "other");
    finish(0);
    const auto before = sched.clock().schedule().size();
    start_driver();
    CAF_CHECK_EQUAL(sched.clock().schedule().size(),
                    before + 1); // The pool's, for those that wait.
    finish_round();
}

CAF_TEST(the shortest times of a plan count) {
    plan.progress_interval = 1ns;
    plan.rounds.interrupt_after = 1ms;
    start();
    after(1ns);
    CAF_CHECK_EQUAL(progress.size(), 1u);
    after(1ms);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 4u);
}

CAF_TEST(a timer of the round before tells no progress in the next) {
    plan.progress_interval = 200ms;
    plan.rounds.interval = 100ms;
    start();
    after(50ms);
    finish_round();
    after(100ms);
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    after(199ms); // The first round's timer has come.
    CAF_CHECK_EQUAL(progress.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(progress.size(), 1u);
}

CAF_TEST(no progress is told between rounds) {
    plan.progress_interval = 200ms;
    plan.rounds.interval = 1s;
    start();
    after(100ms);
    finish_round();
    for (int i = 0; i < 8; ++i)
        after(100ms);
    CAF_CHECK_EQUAL(progress.size(), 0u);
}

CAF_TEST(the time of the run begins when the pool has answered) {
    open_pool_of(2);
    spawn_driver();
    sys.spawn([this](caf::event_based_actor* caller) {
        caller->request(driver, caf::infinite, run_rounds{})
            .then([this](const rounds_finished& answer) { answers.push_back(answer); });
    });
    sched.run_once(); // The caller,
    sched.run_once(); // and the driver, which asks the pool.
    sched.clock().current_time += 5s;
    consume_messages();
    CAF_REQUIRE_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(begun[0].elapsed, nanoseconds(0));
}

CAF_TEST(a stop while no request runs ends a round that has more to start) {
    plan.rounds.arrival_rate = 1;
    start();
    finish(0);
    CAF_CHECK_EQUAL(ended.size(), 0u);
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    CAF_CHECK_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(requests that start after all before were interrupted are interrupted too) {
    plan.rounds.count = 1;
    plan.rounds.arrival_rate = 1;
    plan.rounds.interrupt_after = 100ms;
    start();
    for (std::uint64_t request = 1; request <= 4; ++request) {
        CAF_CHECK_EQUAL(status().requests.open, 1u);
        after(100ms);
        CAF_CHECK_EQUAL(status().requests.open, 0u);
        for (int i = 0; i < 9; ++i)
            after(100ms);
    }
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 4u);
}

CAF_TEST(a result too many while no request runs does not hold up the round) {
    plan.rounds.count = 1;
    plan.rounds.concurrency = 2;
    plan.rounds.arrival_rate = 1;
    start();
    finish(0);
    caf::anon_send(driver, audio_result{});
    after(1s);
    finish(1);
    CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
