#include "actors/pool/restart_limit.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE restart_limit

using namespace avatar;
using namespace std::chrono_literals;
using time_point = restart_limit::time_point;

CAF_TEST(as many restarts as the limit are allowed and no more) {
    restart_limit restarts(2, 10s);
    CAF_CHECK(restarts.allows_another(time_point(1s)));
    CAF_CHECK(restarts.allows_another(time_point(1s)));
    CAF_CHECK(!restarts.allows_another(time_point(1s)));
}

CAF_TEST(none is allowed where the limit is none) {
    CAF_CHECK(!restart_limit(0, 10s).allows_another(time_point(1s)));
}

CAF_TEST(a restart counts for the whole window and not longer) {
    restart_limit restarts(1, 10s);
    CAF_CHECK(restarts.allows_another(time_point(1s)));
    CAF_CHECK(!restarts.allows_another(time_point(11s - 1ns)));
    restart_limit later(1, 10s);
    CAF_CHECK(later.allows_another(time_point(1s)));
    CAF_CHECK(later.allows_another(time_point(11s)));
}

CAF_TEST(those that were too many count as well) {
    restart_limit restarts(1, 10s);
    CAF_CHECK(restarts.allows_another(time_point(1s)));
    CAF_CHECK(!restarts.allows_another(time_point(6s)));
    CAF_CHECK(!restarts.allows_another(time_point(12s)));
    CAF_CHECK(restarts.allows_another(time_point(22s)));
}
