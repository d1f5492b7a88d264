#pragma once

#include "../messages/duration_counts.hpp"
#include "../messages/run_report.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace avatar::report {

using std::chrono::nanoseconds;

/// A distribution of durations in fixed memory: 2,688 counters, 21.5 KB,
/// however many values go in. Recording allocates nothing.
///
/// Works in the way of HdrHistogram (see `duration_buckets`). Debian 12 packages no
/// such library for C or C++, hence this one.
///
/// Count, minimum, maximum and mean are exact. A percentile is off by at most
/// `relative_error` for durations up to 39 hours; longer ones share the last
/// bucket.
class duration_histogram {
public:
    /// Half a bucket, relative to the smallest value of that bucket: 0.78 %.
    static constexpr double relative_error = 1.0 / 128;

    /// Adds one value. A negative one counts as zero.
    void record(nanoseconds value);

    std::uint64_t count() const { return count_; }
    nanoseconds min() const { return min_; } ///< Zero when empty.
    nanoseconds max() const { return max_; } ///< Zero when empty.
    nanoseconds mean() const;                ///< Rounded down; zero when empty.

    /// The smallest recorded value that is not below `percent` per cent of all
    /// (nearest rank). `percent` outside 0 to 100 counts as the nearer end.
    /// Never below min() nor above max(); zero when empty.
    nanoseconds percentile(double percent) const;

    /// All of it as the report shows it.
    duration_summary summary() const;

    /// All that it holds, to be merged into another one.
    duration_counts counts() const;

    /// Adds the values that others were counted from, as if each had been recorded here: all
    /// figures are the same to the bit, whatever is merged in whichever order. Throws
    /// std::invalid_argument, and changes nothing, when the counts are not acceptable; so are
    /// durations of more than ten years.
    void merge(const duration_counts& others);

private:
    // 64 bits would overflow after 400 million requests of 45 seconds.
    __extension__ typedef unsigned __int128 wide_sum;

    std::array<std::uint64_t, duration_buckets::count> buckets_{};
    std::uint64_t count_ = 0;
    wide_sum sum_ = 0;
    nanoseconds min_{0};
    nanoseconds max_{0};
};

} // namespace avatar::report
