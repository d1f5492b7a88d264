#include "actors/round_driver.hpp"

#include "actors/stats.hpp"
#include "tests/actors/pool_fixture.hpp"

#define CAF_SUITE round_driver

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A driver on a pool of two connections; what it tells is kept.
struct fixture : tests::pool_fixture {
    fixture() {
        plan.rounds.count = 3;
        plan.rounds.concurrency = 4;
        plan.rounds.interval = 30s;
        plan.audio = audio_clip("speech");
    }

    ~fixture() override { wind_down(); }

    void start() {
        open_pool_of(2);
        start_driver();
    }

    void start_driver() {
        figures = sys.spawn(stats);
        auto watch = sys.spawn([this]() -> round_watcher_actor::behavior_type {
            return {
                [this](const rounds_started& e) { plans.push_back(e); },
                [this](const round_started& e) { begun.push_back(e); },
                [this](const round_progress& e) { progress.push_back(e); },
                [this](const round_finished& e) { ended.push_back(e); },
                [this](const rounds_finished&) {},
            };
        });
        driver = sys.spawn(round_driver, round_driver_links{pool, figures, watch}, plan);
        sys.spawn([this](caf::event_based_actor* caller) {
            caller->request(driver, caf::infinite, run_rounds{})
                .then([this](const rounds_finished& answer) { answers.push_back(answer); });
        });
        consume_messages();
    }

    /// The service finishes all that is under way, and what comes after it.
    void finish_round() {
        for (std::size_t i = 0; i < 2; ++i)
            finish(i);
        for (std::size_t i = 0; i < 2; ++i)
            finish(i);
    }

    round_driver_plan plan;
    stats_actor figures;
    round_driver_actor driver;
    std::vector<rounds_started> plans;
    std::vector<round_started> begun;
    std::vector<round_progress> progress;
    std::vector<round_finished> ended;
    std::vector<rounds_finished> answers;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(round_driver_tests, fixture)

CAF_TEST(the first round starts at once with all its requests) {
    start();
    CAF_REQUIRE_EQUAL(plans.size(), 1u);
    CAF_CHECK_EQUAL(plans[0].connections, 2u);
    CAF_REQUIRE_EQUAL(begun.size(), 1u);
    CAF_CHECK_EQUAL(begun[0].round, 1u);
    CAF_CHECK_EQUAL(begun[0].available, 2u);
    CAF_CHECK_EQUAL(status().waiting, 2u);
}

CAF_TEST(the next round is due an interval after the last one ended) {
    start();
    after(5s);
    finish_round();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 4u);
    CAF_CHECK_EQUAL(ended[0].duration, nanoseconds(5s));
    CAF_CHECK(!ended[0].last);
    after(30s - 1ms);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    after(1ms);
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    CAF_CHECK_EQUAL(begun[1].elapsed, nanoseconds(35s));
    CAF_CHECK_EQUAL(begun[1].available, 2u);
}

CAF_TEST(after the last round the run is over) {
    start();
    for (int round = 0; round < 3; ++round) {
        finish_round();
        CAF_CHECK_EQUAL(answers.size(), round == 2 ? 1u : 0u);
        after(30s);
    }
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(answers[0].duration, nanoseconds(60s));
    CAF_CHECK(!answers[0].interrupted);
    CAF_CHECK_EQUAL(ended.size(), 3u);
    CAF_CHECK(ended[2].last);
}

CAF_TEST(every request has an id of its own) {
    plan.rounds.concurrency = 2;
    start();
    CAF_CHECK_NOT_EQUAL(sent(0).at(0), sent(1).at(0));
    CAF_CHECK_EQUAL(sent(0).at(0).size(), 27u);
}

CAF_TEST(failures are counted and the first ones told in words) {
    plan.rounds.concurrency = 30;
    start();
    after(30s);
    after(15s);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 0u);
    CAF_CHECK_EQUAL(ended[0].failed, 30u);
    CAF_CHECK_EQUAL(ended[0].errors.size(), 10u);
    CAF_CHECK_EQUAL(ended[0].errors.at(0),
                    "timed out waiting for available connection (waited 30s)");
}

CAF_TEST(stopping between two rounds ends the run at once) {
    start();
    finish_round();
    after(10s);
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK(answers[0].interrupted);
    after(60s);
    CAF_CHECK_EQUAL(begun.size(), 1u);
}

CAF_TEST(stopping within a round lets what runs end and reports the rest) {
    start();
    finish(0);
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    CAF_CHECK_EQUAL(ended.size(), 0u);
    finish(0);
    after(10s); // The drain timeout: what still runs is cancelled.
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 2u);
    CAF_CHECK_EQUAL(ended[0].failed, 2u);
    CAF_CHECK(ended[0].last);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(a pool that gives up ends the run with its reason) {
    settings.max_restarts = 0;
    start();
    finish_round();
    service.at(0).throws_on_send = true;
    service.at(1).throws_on_send = true;
    after(30s);
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(std::string(to_string(answers[0].failure.code)), "poolFailed");
    CAF_REQUIRE_EQUAL(ended.size(), 2u);
    CAF_CHECK_EQUAL(ended[1].failed, 4u);
    CAF_CHECK(ended[1].last);
}

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

CAF_TEST(a running round tells its progress on time and then no more) {
    plan.progress_interval = 200ms;
    start();
    after(200ms);
    finish(0);
    after(200ms);
    CAF_REQUIRE_EQUAL(progress.size(), 2u);
    CAF_CHECK_EQUAL(progress[0].ok, 0u);
    CAF_CHECK_EQUAL(progress[1].ok, 1u);
    CAF_CHECK_EQUAL(progress[1].requests, 4u);
    finish(0);
    finish(1);
    finish(0);
    CAF_CHECK_EQUAL(ended.size(), 1u);
    after(10s);
    CAF_CHECK_EQUAL(progress.size(), 2u);
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

CAF_TEST(every result reaches the figures) {
    plan.rounds.count = 1;
    start();
    finish_round();
    auto answer = self->request(figures, caf::infinite, get_run_report{});
    consume_messages();
    answer.receive(
        [](const run_report& report) {
            CAF_CHECK_EQUAL(report.ok, 4u);
            CAF_CHECK_EQUAL(report.frames, 12u);
            CAF_CHECK_EQUAL(report.rounds.size(), 1u);
        },
        [](const caf::error&) { CAF_FAIL("no report"); });
}

CAF_TEST(a pool that dies within a round ends the run with the rounds so far) {
    start();
    finish_round();
    after(30s);
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(describe(answers[0].failure), "the pool ended: exit_reason(kill)");
    CAF_CHECK(answers[0].interrupted);
    CAF_REQUIRE_EQUAL(ended.size(), 2u);
    CAF_CHECK_EQUAL(ended[1].failed, 4u);
    CAF_CHECK(ended[1].last);
}

CAF_TEST(a pool that dies between rounds ends the run at once) {
    start();
    finish_round();
    after(10s);
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(begun.size(), 1u);
}

CAF_TEST(a pool that dies while no request is under way ends the round) {
    plan.rounds.concurrency = 2;
    plan.rounds.arrival_rate = 1;
    start();
    finish(0);
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 0u);
}

CAF_TEST(a pool that is dead before the first round ends the run) {
    begin_opening();
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    start_driver();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(answers[0].duration, nanoseconds(0));
    CAF_CHECK_EQUAL(ended.size(), 0u);
    CAF_CHECK(answers[0].failure);
}

CAF_TEST(a pool that dies while it drains ends the run) {
    start();
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 4u);
}

CAF_TEST_FIXTURE_SCOPE_END()
