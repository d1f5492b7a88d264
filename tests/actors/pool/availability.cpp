#include "actors/pool/availability.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE availability

using namespace avatar;
using namespace std::chrono_literals;
using time_point = availability::time_point;

namespace {

/// A pool of two connections, watched from second to second.
struct availability_fixture {
    static time_point at(int second) { return time_point(std::chrono::seconds(second)); }

    void note(int second, std::size_t connected) { pool.note(connected, 2, at(second)); }

    std::chrono::nanoseconds longest(int second) const { return pool.longest_below(at(second)); }

    availability pool;
};

constexpr auto seconds(int count) {
    return std::chrono::nanoseconds(std::chrono::seconds(count));
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(availability_tests, availability_fixture)

CAF_TEST(a pool that was never told to open is not down) {
    CAF_CHECK(!pool.down_since());
    CAF_CHECK_EQUAL(longest(100), seconds(0));
}

CAF_TEST(an outage begins with the first moment without a connection) {
    note(1, 0);
    note(5, 0); // Another try has failed: the outage is the same.
    CAF_CHECK(pool.down_since() == at(1));
}

CAF_TEST(one connection ends an outage and the next outage has a time of its own) {
    note(1, 0);
    note(2, 1);
    CAF_CHECK(!pool.down_since());
    note(7, 0);
    CAF_CHECK(pool.down_since() == at(7));
    note(9, 2);
    CAF_CHECK(!pool.down_since());
}

CAF_TEST(the time to fill a pool first is not time below its size) {
    note(0, 0);
    note(10, 1);
    CAF_CHECK_EQUAL(longest(20), seconds(0));
    note(30, 2);
    CAF_CHECK_EQUAL(longest(40), seconds(0));
}

CAF_TEST(the time below full size counts from the first loss to the last return ) {
    note(0, 2);
    note(10, 1);
    note(12, 0);
    note(14, 1);
    CAF_CHECK_EQUAL(longest(15), seconds(5)); // So far.
    note(16, 2);
    CAF_CHECK_EQUAL(longest(100), seconds(6));
}

CAF_TEST(of several times below full size the longest is told) {
    note(0, 2);
    note(10, 1);
    note(14, 2);
    note(20, 1);
    CAF_CHECK_EQUAL(longest(23), seconds(4)); // The present one is still shorter.
    CAF_CHECK_EQUAL(longest(25), seconds(5));
    note(27, 2);
    note(30, 1);
    note(31, 2);
    CAF_CHECK_EQUAL(longest(100), seconds(7));
}

CAF_TEST_FIXTURE_SCOPE_END()
