#include "actors/load/stats.hpp"

#include "tests/support/actor_fixture.hpp"

#define CAF_SUITE stats

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(stats_tests, tests::actor_fixture)

CAF_TEST(folds results and rounds into a report on request) {
    auto hdl = sys.spawn(stats);
    audio_result good;
    good.connection_id = "c-1";
    good.frames = 10;
    good.duration = 20ms;
    audio_result bad;
    bad.failure.code = protocol::failure_code::request_timeout;
    caf::anon_send(hdl, good);
    caf::anon_send(hdl, bad);
    round_finished round;
    round.round = 1;
    round.ok = 1;
    round.failed = 1;
    caf::anon_send(hdl, round);
    caf::anon_send(hdl, rounds_finished{2s, true, {}});
    consume_messages();

    auto answer = self->request(hdl, caf::infinite, get_run_report{});
    consume_messages();
    answer.receive(
        [](const run_report& report) {
            CAF_CHECK_EQUAL(report.ok, 1u);
            CAF_CHECK_EQUAL(report.failed, 1u);
            CAF_CHECK_EQUAL(report.duration, nanoseconds(2s));
            CAF_CHECK(report.interrupted);
            CAF_CHECK_EQUAL(report.request_duration.count, 1u);
            CAF_CHECK_EQUAL(report.rounds.size(), 1u);
        },
        [](const caf::error&) { CAF_FAIL("no report"); });
}

CAF_TEST_FIXTURE_SCOPE_END()
