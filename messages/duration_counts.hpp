#pragma once

#include "inspection.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace avatar {

using std::chrono::nanoseconds;

/// Which durations are counted together, in the way of HdrHistogram
/// (https://hdrhistogram.org): every power of two of nanoseconds is divided into 64 equal
/// buckets, up to 39 hours; longer durations share the last one. It is the same on every
/// node: counts of one are added to those of another bucket by bucket.
struct duration_buckets {
    static constexpr int sub_bucket_bits = 6;
    static constexpr int range_bits = 47; ///< 2^47 ns = 39 h
    static constexpr std::size_t count = (range_bits - sub_bucket_bits + 1) << sub_bucket_bits;

    // A value keeps its seven highest bits; how far it was shifted for that names
    // the group of buckets. Values below 128 ns have a bucket each.

    /// Of a duration in ns.
    static constexpr std::size_t index_of(std::uint64_t value) {
        constexpr auto largest = (std::uint64_t{1} << range_bits) - 1;
        value = std::min(value, largest);
        const int width = static_cast<int>(std::bit_width(value));
        const int shift = std::max(0, width - (sub_bucket_bits + 1));
        return (static_cast<std::size_t>(shift) << sub_bucket_bits) +
               static_cast<std::size_t>(value >> shift);
    }

    /// The duration in the middle of a bucket, in ns.
    static constexpr std::uint64_t middle_of(std::size_t index) {
        const auto group = index >> sub_bucket_bits;
        const auto shift = group == 0 ? 0 : group - 1;
        const auto lowest = static_cast<std::uint64_t>(index - (shift << sub_bucket_bits)) << shift;
        return lowest + (std::uint64_t{1} << shift) / 2;
    }
};

/// More requests, frames or bytes than this no node counts: 1 GB/s take two years. Those
/// of 255 nodes can be added up in 64 bits.
inline constexpr std::uint64_t most_counted = std::uint64_t{1} << 56;

/// How many durations are in a bucket.
struct bucket_count {
    std::uint16_t bucket = 0;
    std::uint64_t count = 0;

    bool operator==(const bucket_count&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, bucket_count& x) {
        return inspect_fields(f, x.bucket, x.count);
    }
};

/// A distribution of durations in the form that crosses nodes: 10 bytes for each bucket that
/// is not empty, a few hundred in a typical run, and its exact sum, minimum and maximum.
struct duration_counts {
    std::vector<bucket_count> buckets{}; ///< Not the empty ones; in ascending order.
    std::uint64_t sum_high = 0;          ///< Of all durations in ns, the bits above the lowest 64.
    std::uint64_t sum_low = 0;
    nanoseconds min{0}; ///< Zero when empty.
    nanoseconds max{0}; ///< Zero when empty.

    /// Of the durations.
    std::uint64_t count() const;

    bool operator==(const duration_counts&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, duration_counts& x) {
        return inspect_fields(f, x.buckets, x.sum_high, x.sum_low, x.min, x.max);
    }
};

/// Whether it is the distribution of any durations: its buckets, sum, minimum and maximum fit
/// together, none is absurd, and there are `most_counted` at most.
bool is_acceptable(const duration_counts& x);

} // namespace avatar
