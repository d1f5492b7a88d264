#define CAF_SUITE duration_histogram

#include "report/duration_histogram.hpp"

#include "caf/test/dsl.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using avatar::report::duration_histogram;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

double relative_error(nanoseconds measured, nanoseconds truth) {
    return std::abs(static_cast<double>((measured - truth).count())) /
           static_cast<double>(truth.count());
}

// Nearest rank over the sorted values: what percentile() approximates.
nanoseconds true_percentile(const std::vector<nanoseconds>& sorted, double percent) {
    const auto rank = std::ceil(percent * static_cast<double>(sorted.size()) / 100);
    return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

} // namespace

CAF_TEST(an_empty_one_gives_zeros) {
    const duration_histogram h;
    CAF_CHECK_EQUAL(h.count(), 0u);
    CAF_CHECK_EQUAL(h.min().count(), 0);
    CAF_CHECK_EQUAL(h.max().count(), 0);
    CAF_CHECK_EQUAL(h.mean().count(), 0);
    CAF_CHECK_EQUAL(h.percentile(50).count(), 0);
    CAF_CHECK_EQUAL(h.percentile(100).count(), 0);
    CAF_CHECK_EQUAL(h.summary().count, 0u);
    CAF_CHECK_EQUAL(h.summary().p99.count(), 0);
}

CAF_TEST(one_value_is_every_percentile) {
    duration_histogram h;
    h.record(123456789ns);
    for (const double percent : {0.0, 0.1, 50.0, 99.9, 100.0})
        CAF_CHECK_EQUAL(h.percentile(percent).count(), 123456789);
    CAF_CHECK_EQUAL(h.mean().count(), 123456789);
}

CAF_TEST(count_minimum_maximum_and_mean_are_exact) {
    duration_histogram h;
    for (const auto value : {1'000'001ns, 3'000'007ns, 2'000'003ns})
        h.record(value);
    CAF_CHECK_EQUAL(h.count(), 3u);
    CAF_CHECK_EQUAL(h.min().count(), 1'000'001);
    CAF_CHECK_EQUAL(h.max().count(), 3'000'007);
    CAF_CHECK_EQUAL(h.mean().count(), 6'000'011 / 3);
}

CAF_TEST(every_size_of_duration_is_kept_within_the_stated_error) {
    CAF_CHECK_EQUAL(double(duration_histogram::relative_error), 0.0078125);
    // Two neighbours keep the value itself from being the minimum or maximum,
    // which are exact whatever the buckets do.
    for (double value = 1000; value < 1.2e14; value *= 1.0137) {
        const nanoseconds truth(static_cast<nanoseconds::rep>(value));
        duration_histogram h;
        h.record(0ns);
        h.record(truth);
        h.record(nanoseconds::max());
        CAF_CHECK_LESS_OR_EQUAL(relative_error(h.percentile(50), truth),
                                duration_histogram::relative_error);
    }
}

CAF_TEST(durations_below_128_nanoseconds_are_exact) {
    for (nanoseconds truth(1); truth < 128ns; ++truth) {
        duration_histogram h;
        h.record(0ns);
        h.record(truth);
        h.record(1s);
        CAF_CHECK_EQUAL(h.percentile(50).count(), truth.count());
    }
}

CAF_TEST(percentiles_of_a_skewed_distribution_are_within_the_stated_error) {
    std::mt19937_64 random(42);
    std::lognormal_distribution<double> latency(std::log(80e6), 1.2);
    duration_histogram h;
    std::vector<nanoseconds> values;
    for (int i = 0; i < 50'000; ++i) {
        values.emplace_back(static_cast<nanoseconds::rep>(latency(random)));
        h.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double percent : {0.0, 1.0, 25.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0})
        CAF_CHECK_LESS_OR_EQUAL(
            relative_error(h.percentile(percent), true_percentile(values, percent)),
            duration_histogram::relative_error);
    CAF_CHECK_EQUAL(h.summary().p95.count(), h.percentile(95).count());
}

CAF_TEST(percentiles_use_the_nearest_rank) {
    duration_histogram h;
    for (int i = 1; i <= 100; ++i)
        h.record(nanoseconds(i)); // below 128 ns: exact
    CAF_CHECK_EQUAL(h.percentile(7).count(), 7);
    CAF_CHECK_EQUAL(h.percentile(50).count(), 50);
    CAF_CHECK_EQUAL(h.percentile(95).count(), 95);
    CAF_CHECK_EQUAL(h.percentile(99).count(), 99);
    CAF_CHECK_EQUAL(h.percentile(99.5).count(), 100);
}

CAF_TEST(percentiles_stay_between_minimum_and_maximum) {
    duration_histogram h;
    // All three in one bucket, whose middle is none of them.
    for (const auto value : {1'000'000'000ns, 1'000'000'001ns, 1'000'000'002ns})
        h.record(value);
    for (double percent = 0; percent <= 100; percent += 0.5) {
        CAF_CHECK_GREATER_OR_EQUAL(h.percentile(percent).count(), 1'000'000'000);
        CAF_CHECK_LESS_OR_EQUAL(h.percentile(percent).count(), 1'000'000'002);
    }
}

CAF_TEST(percentages_out_of_range_mean_the_nearer_end) {
    duration_histogram h;
    h.record(1ms);
    h.record(2ms);
    h.record(3ms);
    CAF_CHECK_EQUAL(h.percentile(-5).count(), nanoseconds(1ms).count());
    CAF_CHECK_EQUAL(h.percentile(250).count(), nanoseconds(3ms).count());
    CAF_CHECK_EQUAL(h.percentile(std::numeric_limits<double>::quiet_NaN()).count(),
                    nanoseconds(1ms).count());
}

CAF_TEST(negative_durations_count_as_zero) {
    duration_histogram h;
    h.record(-5ms);
    h.record(4ms);
    CAF_CHECK_EQUAL(h.min().count(), 0);
    CAF_CHECK_EQUAL(h.mean().count(), nanoseconds(2ms).count());
}

CAF_TEST(the_longest_durations_neither_overflow_nor_get_lost) {
    duration_histogram h;
    for (int i = 0; i < 1000; ++i)
        h.record(nanoseconds::max());
    CAF_CHECK_EQUAL(h.count(), 1000u);
    CAF_CHECK_EQUAL(h.mean().count(), nanoseconds::max().count());
    CAF_CHECK_EQUAL(h.percentile(50).count(), nanoseconds::max().count());
}

CAF_TEST(the_longest_durations_share_the_last_bucket) {
    const auto median_with = [](nanoseconds value) {
        duration_histogram h;
        h.record(0ns);
        h.record(value);
        h.record(nanoseconds::max());
        return h.percentile(50).count();
    };
    constexpr nanoseconds longest((std::int64_t(1) << 47) - 1); // That is told apart.
    const auto last = median_with(longest);
    CAF_CHECK_EQUAL(median_with(longest + 1ns), last);
    CAF_CHECK_EQUAL(median_with(longest * 2), last);
    CAF_CHECK_EQUAL(median_with(nanoseconds::max() - 1ns), last);
    CAF_CHECK_LESS(median_with(longest - (longest / 64)), last);
}

CAF_TEST(a_duration_of_any_length_changes_its_own_histogram_alone) {
    std::array<duration_histogram, 2> two;
    for (const auto value : {20ns, 100ns, 200ns})
        two[1].record(value);
    for (nanoseconds value(1); value < nanoseconds::max() / 2; value *= 2)
        two[0].record(value);
    two[0].record(nanoseconds::max());
    CAF_CHECK_EQUAL(two[1].count(), 3u);
    CAF_CHECK_EQUAL(two[1].percentile(50).count(), 100);
}

CAF_TEST(the_lowest_and_the_highest_rank_are_exact) {
    duration_histogram h;
    h.record(1'000'000'001ns);
    h.record(5'000'000'001ns);
    for (const double percent : {0.5, 49.0, 50.0})
        CAF_CHECK_EQUAL(h.percentile(percent).count(), 1'000'000'001);
    for (const double percent : {50.5, 51.0, 100.0})
        CAF_CHECK_EQUAL(h.percentile(percent).count(), 5'000'000'001);
}

CAF_TEST(a_small_percentage_is_of_many_values_more_than_the_lowest) {
    duration_histogram h;
    for (int i = 0; i < 127; ++i)
        h.record(nanoseconds(i));
    CAF_CHECK_EQUAL(h.percentile(0.5).count(), 0);
    CAF_CHECK_EQUAL(h.percentile(0.8).count(), 1);
    CAF_CHECK_EQUAL(h.percentile(1).count(), 1);
    CAF_CHECK_EQUAL(h.percentile(99).count(), 125);
    CAF_CHECK_EQUAL(h.percentile(99.9).count(), 126);
}

CAF_TEST(the_summary_has_each_figure_in_its_place) {
    duration_histogram h;
    for (int i = 1; i <= 100; ++i)
        h.record(nanoseconds(i)); // below 128 ns: exact
    const auto summary = h.summary();
    CAF_CHECK_EQUAL(summary.count, 100u);
    CAF_CHECK_EQUAL(summary.mean.count(), 50); // 50.5
    CAF_CHECK_EQUAL(summary.min.count(), 1);
    CAF_CHECK_EQUAL(summary.max.count(), 100);
    CAF_CHECK_EQUAL(summary.p50.count(), 50);
    CAF_CHECK_EQUAL(summary.p95.count(), 95);
    CAF_CHECK_EQUAL(summary.p99.count(), 99);
}

CAF_TEST(its_size_is_the_documented_one) {
    CAF_CHECK_GREATER(sizeof(duration_histogram), 21'000u);
    CAF_CHECK_LESS(sizeof(duration_histogram), 22'000u);
}
