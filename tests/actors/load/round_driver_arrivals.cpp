#include "tests/actors/load/round_driver_fixture.hpp"

#define CAF_SUITE round_driver_arrivals

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(round_driver_arrivals_tests, tests::round_driver_fixture)

CAF_TEST(requests are interrupted after the time the plan says) {
    plan.rounds.interrupt_after = 2s;
    start();
    after(1s);
    finish(0);
    after(1s - 1ms);
    CAF_CHECK_EQUAL(ended.size(), 0u);
    after(1ms);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 0u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 3u);
    CAF_CHECK_EQUAL(ended[0].duration, nanoseconds(2s));
    CAF_CHECK_EQUAL(status().available, 2u);
}

CAF_TEST(an interrupt that is due after its round touches no other round) {
    plan.rounds.concurrency = 2;
    plan.rounds.interrupt_after = 40s;
    start();
    finish(0);
    finish(1);
    after(30s);
    CAF_CHECK_EQUAL(begun.size(), 2u);
    after(10s); // 40 s after the first round began.
    CAF_CHECK_EQUAL(ended.size(), 1u);
    after(30s);
    CAF_REQUIRE_EQUAL(ended.size(), 2u);
    CAF_CHECK_EQUAL(ended[1].interrupted, 2u);
}

CAF_TEST(with an arrival rate requests start on schedule whether or not others have ended) {
    plan.rounds.count = 1;
    plan.rounds.arrival_rate = 10;
    start();
    CAF_CHECK_EQUAL(plans[0].arrivals, nanoseconds(300ms));
    CAF_CHECK_EQUAL(status().requests.entered, 1u);
    after(100ms);
    CAF_CHECK_EQUAL(status().requests.entered, 2u);
    finish(0);
    finish(1);
    CAF_CHECK_EQUAL(ended.size(), 0u); // Two more are to come.
    after(200ms);
    CAF_CHECK_EQUAL(status().requests.entered, 4u);
    finish(0);
    finish(1);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 4u);
}

CAF_TEST(a request that starts late counts from when it was to start) {
    plan.rounds.count = 1;
    plan.rounds.concurrency = 2;
    plan.rounds.arrival_rate = 1;
    start();
    finish(0);
    sched.clock().current_time += 5s; // The driver was held up.
    after(0s);
    finish(1);
    auto answer = self->request(figures, caf::infinite, get_run_report{});
    consume_messages();
    answer.receive(
        [](const run_report& report) {
            CAF_CHECK_EQUAL(report.request_duration.max, nanoseconds(4s));
            CAF_CHECK_EQUAL(report.pool_overhead.max, nanoseconds(4s));
        },
        [](const caf::error&) { CAF_FAIL("no report"); });
}

CAF_TEST(a duration says how many requests a rate makes) {
    plan.rounds.arrival_rate = 10;
    plan.rounds.duration = 2500ms;
    start();
    CAF_CHECK_EQUAL(plans[0].requests_per_round, 25u);
    CAF_CHECK_EQUAL(plans[0].arrivals, nanoseconds(2400ms));
    caf::anon_send(driver, stop_rounds{});
    finish(0);
}

CAF_TEST(stopping ends the schedule too) {
    plan.rounds.arrival_rate = 10;
    start();
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    CAF_CHECK_EQUAL(ended.size(), 0u); // One runs.
    finish(0);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(with an arrival rate each request is interrupted at its own time) {
    plan.rounds.count = 1;
    plan.rounds.concurrency = 2;
    plan.rounds.arrival_rate = 1;
    plan.rounds.interrupt_after = 3s;
    start();
    after(1s);
    after(2s - 1ms);
    CAF_CHECK_EQUAL(status().requests.open, 2u);
    after(1ms);
    CAF_CHECK_EQUAL(status().requests.open, 1u);
    after(1s);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 2u);
}

CAF_TEST(requests at a fixed rate never drift) {
    plan.rounds.count = 1;
    plan.rounds.arrival_rate = 3; // No whole number of nanoseconds apart.
    plan.rounds.concurrency = 3'000;
    settings.max_waiting = 5'000;
    settings.borrow_timeout = 1h;
    settings.request_timeout = 1h;
    start();
    CAF_CHECK_EQUAL(plans[0].arrivals, nanoseconds(999'666'666'666));
    const auto entered = [&] { return status().requests.entered; };
    for (auto step : {1ms, 999ms, 7ms, 993ms, 500ms, 500ms}) // Timers come late, in part.
        after(step);
    CAF_CHECK_EQUAL(entered(), 10u);
    after(997s - 1ms);
    CAF_CHECK_EQUAL(entered(), 3'000u);
}

CAF_TEST(a request at a fixed rate starts at its time and not before) {
    plan.rounds.count = 1;
    plan.rounds.arrival_rate = 4;
    start();
    for (std::uint64_t sent = 1; sent < 4; ++sent) {
        after(250ms - 1ns);
        CAF_CHECK_EQUAL(status().requests.entered, sent);
        after(1ns);
        CAF_CHECK_EQUAL(status().requests.entered, sent + 1);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
