#include "messages/request_figures.hpp"

#include <algorithm>
#include <tuple>

namespace avatar {
namespace {

using protocol::failure_code;

/// Takes parts from a total; false: it has no such part left. Never overflows.
bool take(std::uint64_t& total, std::uint64_t part) {
    if (part == 0 || part > total)
        return false;
    total -= part;
    return true;
}

template <class Figures>
bool in_order(const std::vector<Figures>& all) {
    return std::is_sorted(all.begin(), all.end(),
                          [](const Figures& a, const Figures& b) { return stands_before(a, b); });
}

bool is_place(std::uint64_t first, std::uint64_t total) {
    return first >= 1 && first <= total;
}

bool has_believable_totals(const request_figures& x) {
    for (const auto total : {x.ok, x.failed, x.interrupted, x.cancelled, x.frames, x.bytes})
        if (total > most_counted)
            return false;
    return x.ok > 0 || (x.frames == 0 && x.bytes == 0);
}

bool has_acceptable_durations(const request_figures& x) {
    for (const auto* each :
         {&x.request_duration, &x.wait_for_connection, &x.service_time, &x.pool_overhead})
        if (!is_acceptable(*each) || each->count() != x.ok)
            return false;
    const auto& first_frame = x.time_to_first_frame;
    const auto& after_last = x.first_frame_after_last_audio;
    return is_acceptable(first_frame) && is_acceptable(after_last) && first_frame.count() <= x.ok &&
           after_last.count() <= first_frame.count();
}

/// The spread of the connections that are not listed, which have so many requests.
bool fits_unlisted(const usage_figures& usage, std::uint64_t requests) {
    const auto& spread = usage.unlisted;
    if (!is_acceptable(spread) || spread.sum_high != 0 || spread.sum_low != requests)
        return false;
    return spread.buckets.empty() ||
           (usage.listed.size() == listed_connections && spread.min >= nanoseconds(1));
}

bool has_acceptable_usage(const request_figures& x) {
    if (x.usage.listed.size() > listed_connections || !in_order(x.usage.listed))
        return false;
    auto left = x.ok;
    for (const auto& [usage, first] : x.usage.listed)
        if (usage.connection_id.size() > longest_connection_id || !is_place(first, x.ok) ||
            !take(left, usage.requests))
            return false;
    return fits_unlisted(x.usage, left);
}

bool has_short_texts(const protocol::failure& failure) {
    for (const auto* text : {&failure.title, &failure.detail, &failure.connection_id,
                             &failure.request_id, &failure.body, &failure.close_reason})
        if (text->size() > longest_failure_text)
            return false;
    return true;
}

bool has_acceptable_failures(const request_figures& x) {
    if (x.failures.size() > most_failure_figures)
        return false;
    auto left = x.failed;
    for (const auto& [failures, first] : x.failures) {
        const auto code = failures.sample.code;
        if (code == failure_code::none || code == failure_code::request_interrupted ||
            code == failure_code::request_cancelled || !has_short_texts(failures.sample) ||
            !is_place(first, x.failed) || !take(left, failures.count))
            return false;
    }
    return left == 0;
}

auto as_tuple(const failure_figures& x) {
    const auto& sample = x.failures.sample;
    return std::tie(x.first, sample.connection_id, sample.request_id, sample.detail, sample.title,
                    sample.body, sample.close_reason, sample.phase, sample.http_status,
                    sample.server_code, sample.close_code, sample.code);
}

} // namespace

bool stands_before(const connection_figures& a, const connection_figures& b) {
    return std::tie(a.first, a.usage.connection_id) < std::tie(b.first, b.usage.connection_id);
}

bool stands_before(const failure_figures& a, const failure_figures& b) {
    return as_tuple(a) < as_tuple(b);
}

bool is_acceptable(const request_figures& x) {
    return has_believable_totals(x) && has_acceptable_durations(x) && has_acceptable_usage(x) &&
           has_acceptable_failures(x);
}

} // namespace avatar
