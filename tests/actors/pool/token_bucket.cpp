#include "actors/pool/token_bucket.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE token_bucket

using namespace avatar;
using namespace std::chrono_literals;
using time_point = token_bucket::time_point;

namespace {

constexpr time_point start(1000s);

/// How many can be taken at once at that time.
int taken(token_bucket& bucket, time_point now) {
    int count = 0;
    while (count < 100 && bucket.take(now))
        ++count;
    return count;
}

} // namespace

CAF_TEST(a bucket at rest holds the tokens of one second) {
    token_bucket bucket(4);
    CAF_CHECK_EQUAL(taken(bucket, start), 4);
    CAF_CHECK_EQUAL(taken(bucket, start), 0);
}

CAF_TEST(a longer rest saves up no more) {
    token_bucket bucket(4);
    taken(bucket, start);
    CAF_CHECK_EQUAL(taken(bucket, start + 1h), 4);
}

CAF_TEST(an empty bucket has its next token after its share of a second) {
    token_bucket bucket(4);
    taken(bucket, start);
    CAF_CHECK(bucket.next() == start + 250ms);
    CAF_CHECK(!bucket.take(start + 250ms - 1ns));
    CAF_CHECK(bucket.take(start + 250ms));
    CAF_CHECK(!bucket.take(start + 250ms));
    CAF_CHECK_EQUAL(taken(bucket, start + 1s), 3);
}

CAF_TEST(a bucket that has a token says that it is there already) {
    token_bucket bucket(4);
    CAF_CHECK(bucket.next() <= start);
    CAF_CHECK(bucket.take(start));
    CAF_CHECK(bucket.next() <= start);
}

CAF_TEST(the rate holds over any span) {
    token_bucket bucket(7); // No whole number of nanoseconds each.
    int count = 0;
    for (auto now = start; now < start + 100s; now += 1ms)
        count += bucket.take(now) ? 1 : 0;
    CAF_CHECK_EQUAL(count, 7 + 700 - 1); // The full bucket, and 100 s of its rate.
}
