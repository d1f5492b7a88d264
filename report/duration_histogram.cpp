#include "report/duration_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace avatar::report {

void duration_histogram::record(nanoseconds value) {
    value = std::max(value, nanoseconds(0));
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += static_cast<std::uint64_t>(value.count());
    ++count_;
    ++buckets_[bucket_of(static_cast<std::uint64_t>(value.count()))];
}

nanoseconds duration_histogram::mean() const {
    return count_ == 0 ? nanoseconds(0) : nanoseconds(static_cast<nanoseconds::rep>(sum_ / count_));
}

nanoseconds duration_histogram::percentile(double percent) const {
    // Multiplied before it is divided: 7 % of 100 values is then exactly 7.
    const auto rank = std::ceil(std::min(percent, 100.0) * static_cast<double>(count_) / 100);
    // Written so that a NaN takes the lower end too.
    if (!(rank > 1))
        return min_;
    if (rank >= static_cast<double>(count_))
        return max_;
    const auto wanted = static_cast<std::uint64_t>(rank);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while ((seen += buckets_[bucket]) < wanted)
        ++bucket;
    const auto value = nanoseconds(static_cast<nanoseconds::rep>(middle_of(bucket)));
    return std::clamp(value, min_, max_);
}

duration_summary duration_histogram::summary() const {
    return {.count = count_,
            .mean = mean(),
            .min = min_,
            .max = max_,
            .p50 = percentile(50),
            .p95 = percentile(95),
            .p99 = percentile(99)};
}

// A value keeps its seven highest bits; how far it was shifted for that names
// the group of buckets. Values below 128 ns have a bucket each.
std::size_t duration_histogram::bucket_of(std::uint64_t value) {
    constexpr auto largest = (std::uint64_t{1} << range_bits) - 1;
    value = std::min(value, largest);
    const int width = static_cast<int>(std::bit_width(value));
    const int shift = std::max(0, width - (sub_bucket_bits + 1));
    return (static_cast<std::size_t>(shift) << sub_bucket_bits) +
           static_cast<std::size_t>(value >> shift);
}

std::uint64_t duration_histogram::middle_of(std::size_t bucket) {
    const auto group = bucket >> sub_bucket_bits;
    const auto shift = group == 0 ? 0 : group - 1;
    const auto lowest = static_cast<std::uint64_t>(bucket - (shift << sub_bucket_bits)) << shift;
    return lowest + (std::uint64_t{1} << shift) / 2;
}

} // namespace avatar::report
