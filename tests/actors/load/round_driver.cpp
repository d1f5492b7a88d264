#include "tests/actors/load/round_driver_fixture.hpp"

#include <algorithm>

#define CAF_SUITE round_driver

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(round_driver_tests, tests::round_driver_fixture)

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

CAF_TEST(up to ten errors of a round are told) {
    for (std::size_t errors : {9, 10, 11}) {
        tests::round_driver_fixture f;
        f.plan.rounds.concurrency = errors;
        f.start();
        f.after(45s);
        f.after(10s);
        CAF_REQUIRE_EQUAL(f.ended.size(), 1u);
        CAF_CHECK_EQUAL(f.ended[0].failed, errors);
        const std::size_t told = std::min<std::size_t>(errors, 10);
        CAF_CHECK_EQUAL(f.ended[0].errors.size(), told);
    }
}

CAF_TEST(the counters of a round begin at nothing) {
    plan.rounds.interrupt_after = 2s;
    settings.retries = 0;
    start();
    finish(0);
    die(0); // Under its second request.
    after(2s);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].round, 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 1u);
    CAF_CHECK_EQUAL(ended[0].interrupted, 2u);
    CAF_CHECK_EQUAL(ended[0].errors.size(), 1u);
    service.at(2).confirm("c-2");
    after(30s);
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    CAF_CHECK_EQUAL(begun[1].round, 2u);
    CAF_CHECK_EQUAL(begun[1].rounds, 3u);
    for (std::size_t connection : {1, 2, 1, 2})
        finish(connection);
    CAF_REQUIRE_EQUAL(ended.size(), 2u);
    CAF_CHECK_EQUAL(ended[1].round, 2u);
    CAF_CHECK_EQUAL(ended[1].ok, 4u);
    CAF_CHECK_EQUAL(ended[1].failed, 0u);
    CAF_CHECK_EQUAL(ended[1].interrupted, 0u);
    CAF_CHECK(ended[1].errors.empty());
    CAF_CHECK(ended[1].started_at == begun[1].elapsed);
}

CAF_TEST(the plan is told before the first round) {
    start();
    CAF_REQUIRE_EQUAL(plans.size(), 1u);
    CAF_CHECK_EQUAL(plans[0].rounds, 3u);
    CAF_CHECK_EQUAL(plans[0].requests_per_round, 4u);
    CAF_CHECK_EQUAL(plans[0].interval, nanoseconds(30s));
    CAF_CHECK_EQUAL(plans[0].arrivals, nanoseconds(0));
    CAF_CHECK_EQUAL(begun[0].elapsed, nanoseconds(0));
    CAF_CHECK_EQUAL(begun[0].connections, 2u);
    finish_round();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].next_in, nanoseconds(30s));
    CAF_CHECK_EQUAL(ended[0].started_at, nanoseconds(0));
}

CAF_TEST(the progress says how long the round has run and who has which result) {
    plan.progress_interval = 200ms;
    plan.rounds.interrupt_after = 300ms;
    start();
    finish(0);
    after(200ms);
    CAF_REQUIRE_EQUAL(progress.size(), 1u);
    CAF_CHECK_EQUAL(progress[0].round, 1u);
    CAF_CHECK_EQUAL(progress[0].rounds, 3u);
    CAF_CHECK_EQUAL(progress[0].ok, 1u);
    CAF_CHECK_EQUAL(progress[0].failed, 0u);
    CAF_CHECK_EQUAL(progress[0].duration, nanoseconds(200ms));
}

CAF_TEST(the progress of one round does not go on in the next) {
    plan.progress_interval = 200ms;
    plan.rounds.interval = 100ms;
    start();
    after(150ms);
    finish_round();
    after(100ms); // The second round runs, and the first one's timer is over.
    CAF_REQUIRE_EQUAL(begun.size(), 2u);
    CAF_CHECK_EQUAL(progress.size(), 0u);
    after(199ms);
    CAF_CHECK_EQUAL(progress.size(), 0u);
    after(1ms);
    CAF_REQUIRE_EQUAL(progress.size(), 1u);
    CAF_CHECK_EQUAL(progress[0].round, 2u);
}

CAF_TEST(a second result of a request neither ends its round early nor another) {
    plan.rounds.concurrency = 2;
    start();
    audio_result twice;
    twice.request_id = sent(0).at(0);
    finish(0);
    finish(1);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    caf::anon_send(driver, twice); // Between rounds.
    consume_messages();
    CAF_CHECK_EQUAL(ended.size(), 1u);
    after(30s);
    CAF_CHECK_EQUAL(begun.size(), 2u);
    finish(0);
    CAF_CHECK_EQUAL(ended.size(), 1u);
    finish(1);
    CAF_CHECK_EQUAL(ended.size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
