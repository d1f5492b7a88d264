#include "messages/duration_counts.hpp"

namespace avatar {
namespace {

__extension__ typedef unsigned __int128 wide_sum;

wide_sum as_sum(nanoseconds time) {
    return static_cast<wide_sum>(time.count());
}

std::size_t bucket_of(nanoseconds time) {
    return duration_buckets::index_of(static_cast<std::uint64_t>(time.count()));
}

bool is_empty(const duration_counts& x) {
    return x.sum_high == 0 && x.sum_low == 0 && x.min == nanoseconds(0) && x.max == nanoseconds(0);
}

// None is out of range then: the last is that of the maximum.
bool has_ascending_buckets(const duration_counts& x) {
    std::size_t least = 0;
    for (const auto& [bucket, count] : x.buckets) {
        if (bucket < least)
            return false;
        least = bucket + std::size_t{1};
    }
    return true;
}

bool has_believable_counts(const duration_counts& x) {
    auto left = most_counted;
    for (const auto& [bucket, count] : x.buckets) {
        if (count == 0 || count > left)
            return false;
        left -= count;
    }
    return true;
}

// Least is a sum where all but one of the durations are the minimum, greatest where all but
// one are the maximum. No product overflows: 2^56 times ten years are less than 2^115 ns.
bool has_possible_sum(const duration_counts& x) {
    const wide_sum sum = (static_cast<wide_sum>(x.sum_high) << 64) + x.sum_low;
    const wide_sum others = x.count() - 1;
    return sum >= as_sum(x.min) * others + as_sum(x.max) &&
           sum <= as_sum(x.max) * others + as_sum(x.min);
}

} // namespace

std::uint64_t duration_counts::count() const {
    std::uint64_t all = 0;
    for (const auto& counted : buckets)
        all += counted.count;
    return all;
}

bool is_acceptable(const duration_counts& x) {
    if (x.buckets.empty())
        return is_empty(x);
    return is_acceptable(x.min) && is_acceptable(x.max) && x.min <= x.max &&
           has_ascending_buckets(x) && has_believable_counts(x) &&
           x.buckets.front().bucket == bucket_of(x.min) &&
           x.buckets.back().bucket == bucket_of(x.max) && has_possible_sum(x);
}

} // namespace avatar
