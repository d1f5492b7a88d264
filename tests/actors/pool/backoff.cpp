#include "actors/pool/backoff.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE backoff

using namespace avatar;
using namespace std::chrono_literals;

CAF_TEST(the bound doubles with each failure up to the longest) {
    const backoff pauses(100ms, 1s);
    const std::vector<backoff::nanoseconds> bounds{100ms, 200ms, 400ms, 800ms, 1s, 1s};
    for (std::uint32_t failures = 1; failures <= bounds.size(); ++failures)
        CAF_CHECK_EQUAL(pauses.bound(failures), bounds[failures - 1]);
}

CAF_TEST(the bound keeps to the longest however many tries have failed) {
    const backoff pauses(1ms, 30s);
    for (std::uint32_t failures : {16u, 64u, 1000u, 4'000'000'000u})
        CAF_CHECK_EQUAL(pauses.bound(failures), backoff::nanoseconds(30s));
    CAF_CHECK_EQUAL(backoff(2s, 2s).bound(9), backoff::nanoseconds(2s));
}

CAF_TEST(a pause is drawn evenly from nothing up to the bound) {
    const backoff pauses(100ms, 1s);
    std::mt19937_64 random(1);
    for (std::uint32_t failures : {1u, 3u, 10u}) {
        const auto bound = pauses.bound(failures);
        auto least = bound;
        auto most = backoff::nanoseconds(0);
        for (int i = 0; i < 1000; ++i) {
            const auto pause = pauses.pause(failures, random);
            least = std::min(least, pause);
            most = std::max(most, pause);
        }
        CAF_CHECK_GREATER_OR_EQUAL(least.count(), 0);
        CAF_CHECK_LESS(least, bound / 100);
        CAF_CHECK_GREATER(most, bound / 100 * 99);
        CAF_CHECK_LESS_OR_EQUAL(most, bound);
    }
}

CAF_TEST(a pause may be nothing) {
    struct {
        using result_type = std::uint64_t;
        static constexpr result_type min() { return 0; }
        static constexpr result_type max() { return ~result_type(0); }
        result_type operator()() { return 1; } // What is drawn from 0 would be drawn again.
    } lowest;
    CAF_CHECK_EQUAL(backoff(100ms, 1s).pause(3, lowest), backoff::nanoseconds(0));
}
