#include "tests/actors/load/round_driver_fixture.hpp"

#define CAF_SUITE round_driver_ends

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(round_driver_ends_tests, tests::round_driver_fixture)

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
    CAF_CHECK_EQUAL(ended[0].failed, 0u);
    CAF_CHECK_EQUAL(ended[0].cancelled, 2u);
    CAF_CHECK(ended[0].errors.empty());
    CAF_CHECK(ended[0].last);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(a pool that fails ends the run with its reason) {
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
    CAF_CHECK_EQUAL(ended[0].cancelled, 2u); // Those that waited.
    CAF_CHECK_EQUAL(ended[0].failed, 2u);
}

CAF_TEST(a stop before the pool has answered plays no round) {
    open_pool_of(2);
    spawn_driver();
    caf::anon_send(driver, stop_rounds{});
    run();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK(answers[0].interrupted);
    CAF_CHECK_EQUAL(begun.size(), 0u);
    CAF_CHECK_EQUAL(ended.size(), 0u);
    CAF_CHECK_EQUAL(status().requests.entered, 0u);
}

CAF_TEST(a second stop changes nothing) {
    start();
    for (int stops = 0; stops < 2; ++stops)
        caf::anon_send(driver, stop_rounds{});
    consume_messages();
    finish(0);
    finish(1);
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 2u);
    CAF_CHECK_EQUAL(ended[0].failed, 0u);
    CAF_CHECK_EQUAL(ended[0].cancelled, 2u);
    CAF_CHECK(ended[0].errors.empty());
}

CAF_TEST(a stop at once cancels what runs) {
    start();
    finish(0);
    caf::anon_send(driver, stop_rounds{});
    caf::anon_send(driver, stop_rounds{/*at_once=*/true});
    consume_messages();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
    CAF_CHECK_EQUAL(ended[0].cancelled, 3u);
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK(answers[0].interrupted);
    CAF_CHECK_EQUAL(answers[0].planned, plan.rounds.count * 4);
}

CAF_TEST(a stop in the last round that lets all its requests end cuts nothing short) {
    plan.rounds.count = 1;
    start();
    finish(0);
    finish(1);
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    finish(0);
    finish(1);
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK(!answers[0].interrupted);
    CAF_CHECK_EQUAL(answers[0].planned, 4u);
}

CAF_TEST(a pool that fails between rounds ends the run) {
    settings.max_restarts = 0;
    settings.max_session_age = 24h;
    start();
    finish_round();
    ask_broken_session();
    CAF_REQUIRE_EQUAL(answers.size(), 1u);
    CAF_CHECK_EQUAL(std::string(to_string(answers[0].failure.code)), "poolFailed");
    CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
