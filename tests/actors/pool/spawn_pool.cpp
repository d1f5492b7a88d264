#include "actors/spawn_pool.hpp"

#include "actors/actor_end.hpp"
#include "actors/stats.hpp"
#include "config/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <memory>
#include <optional>

#define CAF_SUITE spawn_pool

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct fixture : tests::actor_fixture {
    fixture() {
        good.settings.size = 1;
        good.make_channel = service.factory();
        good.seed = 1;
    }

    template <class Action>
    std::string error_of(Action action) {
        const auto before = sys.registry().running();
        try {
            action();
        } catch (const config::config_error& e) {
            CAF_CHECK_EQUAL(sys.registry().running(), before); // Nothing was spawned.
            return e.what();
        }
        return "no error";
    }

    /// Why the actor ended; nothing when it lives.
    template <class Handle>
    std::optional<std::string> end_of(const Handle& spawned) {
        consume_messages();
        // An actor that lives keeps the functor for later.
        const auto why = std::make_shared<std::optional<std::string>>();
        caf::actor_cast<caf::actor>(spawned)->attach_functor(
            [why](const caf::error& reason) { *why = describe_end(reason); });
        return *why;
    }

    round_watcher_actor watcher() {
        return sys.spawn([]() -> round_watcher_actor::behavior_type {
            return {[](const rounds_started&) {}, [](const round_started&) {},
                    [](const round_progress&) {}, [](const round_finished&) {},
                    [](const rounds_finished&) {}};
        });
    }

    pool_plan good;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(spawn_pool_tests, fixture)

CAF_TEST(a plan that cannot be used is refused before anything is spawned) {
    auto plan = good;
    plan.settings.size = 0;
    CAF_CHECK_EQUAL(error_of([&] { avatar::spawn_pool(sys, plan); }),
                    "pool.size=0: expected a whole number from 1 up");
    plan = good;
    plan.settings.connect_rate = 0;
    CAF_CHECK(error_of([&] { avatar::spawn_pool(sys, plan); }).starts_with("pool.connect-rate=0"));
    plan = good;
    plan.make_channel = nullptr;
    CAF_CHECK_EQUAL(error_of([&] { avatar::spawn_pool(sys, plan); }),
                    "pool_plan.make_channel is empty: expected a channel factory");
}

CAF_TEST(the behaviour ends with the reason when its plan cannot be used) {
    auto plan = good;
    plan.settings.connect_rate = 0;
    const auto why = end_of(sys.spawn(pool_supervisor, plan));
    CAF_REQUIRE(why);
    CAF_CHECK(why->starts_with("pool.connect-rate=0: expected"));
}

CAF_TEST(the plan of a round driver is checked likewise) {
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
