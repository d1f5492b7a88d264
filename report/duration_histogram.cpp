#include "report/duration_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace avatar::report {

void duration_histogram::record(nanoseconds value) {
    value = std::max(value, nanoseconds(0));
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = std::max(max_, value);
    sum_ += static_cast<std::uint64_t>(value.count());
    ++count_;
    ++buckets_[duration_buckets::index_of(static_cast<std::uint64_t>(value.count()))];
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
    const auto value =
        nanoseconds(static_cast<nanoseconds::rep>(duration_buckets::middle_of(bucket)));
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

duration_counts duration_histogram::counts() const {
    duration_counts counts;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket)
        if (buckets_[bucket] > 0)
            counts.buckets.push_back({static_cast<std::uint16_t>(bucket), buckets_[bucket]});
    counts.sum_high = static_cast<std::uint64_t>(sum_ >> 64);
    counts.sum_low = static_cast<std::uint64_t>(sum_);
    counts.min = min_;
    counts.max = max_;
    return counts;
}

void duration_histogram::merge(const duration_counts& others) {
    if (!is_acceptable(others))
        throw std::invalid_argument("counts of durations that do not add up");
    if (others.buckets.empty())
        return;
    min_ = count_ == 0 ? others.min : std::min(min_, others.min);
    max_ = std::max(max_, others.max);
    sum_ += (static_cast<wide_sum>(others.sum_high) << 64) + others.sum_low;
    for (const auto& [bucket, count] : others.buckets) {
        buckets_[bucket] += count;
        count_ += count;
    }
}

} // namespace avatar::report
