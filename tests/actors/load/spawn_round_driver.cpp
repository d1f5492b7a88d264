#include "actors/load/spawn_round_driver.hpp"

#include "actors/load/round_driver.hpp"
#include "actors/load/stats.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "tests/actors/spawn_fixture.hpp"

#define CAF_SUITE spawn_round_driver

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct spawn_round_driver_fixture : tests::spawn_fixture {
    round_watcher_actor watcher() {
        return sys.spawn([]() -> round_watcher_actor::behavior_type {
            return {[](const rounds_started&) {}, [](const round_started&) {},
                    [](const round_progress&) {}, [](const round_finished&) {},
                    [](const rounds_finished&) {}};
        });
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(spawn_round_driver_tests, spawn_round_driver_fixture)

CAF_TEST(links or a plan that cannot be used are refused before anything is spawned) {
    auto pool = avatar::spawn_pool(sys, good);
    const round_driver_links links{pool, sys.spawn(stats), watcher()};
    round_driver_plan plan;
    plan.audio = audio_clip("speech");
    const auto error = [&](const round_driver_links& with) {
        return error_of([&] { spawn_round_driver(sys, with, plan); });
    };
    plan.rounds.count = 0;
    CAF_CHECK_EQUAL(error(links), "rounds.count=0: expected a whole number from 1 up");
    auto why = end_of(sys.spawn(round_driver, links, plan));
    CAF_CHECK_EQUAL(why.value_or(""), "rounds.count=0: expected a whole number from 1 up");
    plan.rounds.count = 1;
    for (auto interval : {nanoseconds(-1), nanoseconds(24h) + nanoseconds(1)}) {
        plan.progress_interval = interval;
        CAF_CHECK_EQUAL(error(links), "round_driver_plan.progress_interval: expected 0 for none, "
                                      "or up to 24h");
    }
    plan.progress_interval = 24h;
    const auto incomplete = "round_driver_links: expected a pool, stats and a watcher";
    CAF_CHECK_EQUAL(error({{}, links.stats, links.watcher}), incomplete);
    CAF_CHECK_EQUAL(error({links.pool, {}, links.watcher}), incomplete);
    CAF_CHECK_EQUAL(error({links.pool, links.stats, {}}), incomplete);
    why = end_of(sys.spawn(round_driver, round_driver_links{}, plan));
    CAF_CHECK_EQUAL(why.value_or(""), incomplete);
    auto driver = spawn_round_driver(sys, links, plan);
    CAF_CHECK(!end_of(driver));
    caf::anon_send_exit(driver, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(pool, caf::exit_reason::user_shutdown);
    consume_messages();
}

CAF_TEST_FIXTURE_SCOPE_END()
