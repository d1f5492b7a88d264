#include "transport/write_watch.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE write_watch

using namespace avatar::transport;
using namespace std::chrono_literals;

namespace {

struct write_watch_fixture {
    tcp_progress at(std::uint64_t acknowledged, std::uint64_t unsent) {
        return {true, acknowledged, 0ms, unsent};
    }

    write_watch watch;
    const write_watch::time_point start{1h};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(write_watch_tests, write_watch_fixture)

CAF_TEST(what stands still is told from its last movement on) {
    CAF_CHECK(watch.stalled_for(true, at(5, 9), start) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(5, 9), start + 1s) == 1s);
    CAF_CHECK(watch.stalled_for(true, at(6, 9), start + 2s) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(6, 9), start + 5s) == 3s);
    CAF_CHECK(watch.stalled_for(true, at(6, 8), start + 6s) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(6, 8), start + 7s) == 1s);
    CAF_CHECK(watch.last_movement() == start + 6s);
}

CAF_TEST(who writes nothing does not stand still) {
    for (int i = 0; i < 3; ++i)
        CAF_CHECK(watch.stalled_for(false, at(5, 0), start + i * 1h) == 0ms);
    CAF_CHECK(watch.last_movement() == write_watch::time_point{});
    // A write that begins then stands still from its own beginning on.
    CAF_CHECK(watch.stalled_for(true, at(5, 0), start + 3h) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(5, 0), start + 3h + 1s) == 1s);
    CAF_CHECK(watch.stalled_for(false, at(5, 0), start + 4h) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(5, 0), start + 5h) == 0ms);
}

CAF_TEST(what the kernel does not tell counts as movement) {
    for (int i = 0; i < 3; ++i)
        CAF_CHECK(watch.stalled_for(true, std::nullopt, start + i * 1h) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(5, 0), start + 3h) == 0ms);
    CAF_CHECK(watch.stalled_for(true, std::nullopt, start + 4h) == 0ms);
    CAF_CHECK(watch.stalled_for(true, at(5, 0), start + 5h) == 0ms);
}

CAF_TEST_FIXTURE_SCOPE_END()
