#include "actors/pool/spawn_pool.hpp"

#include "actors/pool/pool_supervisor.hpp"
#include "tests/actors/spawn_fixture.hpp"

#define CAF_SUITE spawn_pool

using namespace avatar;

CAF_TEST_FIXTURE_SCOPE(spawn_pool_tests, tests::spawn_fixture)

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

CAF_TEST_FIXTURE_SCOPE_END()
