#include "tests/actors/load/run_fixture.hpp"

#include <stdexcept>

#define CAF_SUITE run_supervisor_ends

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

CAF_TEST(the observer hears of the opening) {
    run r;
    std::vector<pool_opened> heard;
    auto observer = r.sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](const pool_opened& opened) { heard.push_back(opened); }};
    });
    r.spawn_actors();
    caf::anon_send_exit(r.supervisor, caf::exit_reason::kill);
    r.consume_messages();
    r.supervisor = r.sys.spawn(run_supervisor, run_supervisor_plan{r.actors, 6, 2, observer});
    r.play();
    CAF_CHECK_EQUAL(heard.size(), 0u);
    r.confirm();
    CAF_REQUIRE_EQUAL(heard.size(), 1u);
    CAF_CHECK_EQUAL(heard[0].connected, 2u);
    CAF_CHECK(r.out.str().find("Pool initialized with 2/2 connections\n") != std::string::npos);
}

CAF_TEST(a supervisor ends with its run and so do all it has) {
    run r;
    r.plan.rounds.count = 1;
    r.play();
    r.confirm();
    r.finish_round();
    CAF_CHECK_EQUAL(r.outcome().ended_early, "");
    CAF_CHECK(r.has_ended(caf::actor_cast<caf::actor>(r.supervisor)));
}

CAF_TEST(a driver without rounds to play ends before the pool is closed) {
    run r;
    r.play();
    for (std::size_t i = 0; i < 2; ++i) {
        r.die(i);
        CAF_CHECK_EQUAL(r.has_ended(r.handle_of(victim::driver)), i == 1);
    }
    run reports;
    reports.play({"it was ended"});
    CAF_CHECK(reports.has_ended(reports.handle_of(victim::driver)));
    CAF_CHECK_EQUAL(reports.outcome().ended_early, "it was ended");
    CAF_CHECK(!reports.outcome().complete);
}

CAF_TEST(a pool that fails is the reason why the run ended early) {
    run r;
    r.settings.max_restarts = 0;
    r.play();
    r.confirm();
    r.kill(0);
    r.service.end_all();
    r.consume_messages();
    const auto& outcome = r.outcome();
    CAF_CHECK(outcome.ended_early.starts_with("the pool failed: more than 0 session actors"));
    CAF_CHECK_EQUAL(outcome.report.ended_early, outcome.ended_early);
    CAF_CHECK(outcome.complete);
}

CAF_TEST(what was lost first is the reason also when the pool fails later) {
    run r;
    r.settings.max_restarts = 0;
    r.play();
    r.confirm();
    r.end(victim::stats, caf::exit_reason::kill);
    r.kill(0);
    r.service.end_all();
    CAF_CHECK_EQUAL(r.outcome().ended_early, "the stats actor ended: exit_reason(kill)");
}

CAF_TEST(the plan of a run says nothing by itself) {
    CAF_CHECK_EQUAL(run_supervisor_plan{}.audio_bytes, 0u);
    CAF_CHECK_EQUAL(run_supervisor_plan{}.pool_size, 0u);
    CAF_CHECK(!run_supervisor_plan{}.observer);
}
