#include "actors/load/arrival_schedule.hpp"

#include "tests/support/dsl.hpp"

#include <cstdint>

#define CAF_SUITE arrival_schedule

using namespace avatar;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using time_point = arrival_schedule::time_point;

namespace {

constexpr time_point start(1000s);

} // namespace

CAF_TEST(a schedule of nothing is done) {
    CAF_CHECK(arrival_schedule().done());
    CAF_CHECK_EQUAL(arrival_schedule().length(), nanoseconds(0));
    CAF_CHECK(arrival_schedule(start, 0, 5).done());
    CAF_CHECK_EQUAL(arrival_schedule(start, 0, 5).length(), nanoseconds(0));
}

CAF_TEST(without a rate all start at once) {
    arrival_schedule arrivals(start, 3, 0);
    CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(0));
    for (int i = 0; i < 3; ++i) {
        CAF_CHECK(!arrivals.done());
        CAF_CHECK(*arrivals.next() == start);
        arrivals.begin();
    }
    CAF_CHECK(arrivals.done());
}

CAF_TEST(one request starts at once at any rate) {
    for (const auto rate : {1e-300, 1e-12, 1.0, 1e5}) {
        const arrival_schedule arrivals(start, 1, rate);
        CAF_CHECK(*arrivals.next() == start);
        CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(0));
    }
}

CAF_TEST(with a rate each starts its share of a second after the one before) {
    arrival_schedule arrivals(start, 3, 4);
    CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(500ms));
    for (int i = 0; i < 3; ++i) {
        CAF_CHECK(*arrivals.next() == start + i * 250ms);
        arrivals.begin();
    }
    CAF_CHECK(arrivals.done());
}

CAF_TEST(the length does not change while requests start) {
    arrival_schedule half(start, 2, 4);
    half.begin();
    CAF_CHECK_EQUAL(half.length(), nanoseconds(250ms));
    arrival_schedule arrivals(start, 3, 4);
    arrivals.begin();
    CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(500ms));
    arrivals.begin();
    arrivals.begin();
    CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(500ms));
}

CAF_TEST(a single request has no length) {
    CAF_CHECK_EQUAL(arrival_schedule(start, 1, 0.5).length(), nanoseconds(0));
}

CAF_TEST(a rate that divides no second does not drift) {
    const std::size_t count = 3'000'001;
    const arrival_schedule arrivals(start, count, 3);
    const auto off = arrivals.length() - nanoseconds(1'000'000s);
    CAF_CHECK_LESS_OR_EQUAL(std::abs(off.count()), 1'000'000); // A millisecond in 11 days.
}

CAF_TEST(a schedule that is stopped starts nothing more) {
    arrival_schedule arrivals(start, 3, 4);
    arrivals.begin();
    arrivals.stop();
    CAF_CHECK(arrivals.done());
    CAF_CHECK_EQUAL(arrivals.length(), nanoseconds(0));
}

CAF_TEST(a schedule that is told knows one start at a time) {
    auto arrivals = arrival_schedule::told(start);
    CAF_CHECK(!arrivals.done());
    CAF_CHECK(!arrivals.next());
    arrivals.add(start + 5ms);
    CAF_CHECK(*arrivals.next() == start + 5ms);
    arrivals.begin();
    CAF_CHECK(!arrivals.next());
    CAF_CHECK(!arrivals.done());
    CAF_CHECK_EQUAL(arrivals.begun(), 1u);
    arrivals.stop();
    CAF_CHECK(arrivals.done());
    CAF_CHECK(!arrivals.next());
}
