#include "report/usage_table.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace avatar::report {
namespace {

nanoseconds as_duration(std::uint64_t requests) {
    return nanoseconds(static_cast<nanoseconds::rep>(requests));
}

std::uint64_t as_count(nanoseconds recorded) {
    return static_cast<std::uint64_t>(recorded.count());
}

bool have_one_id(const connection_figures& a, const connection_figures& b) {
    return a.usage.connection_id == b.usage.connection_id;
}

/// One entry for each id, in any order.
std::vector<connection_figures> joined(std::vector<connection_figures> all) {
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.usage.connection_id < b.usage.connection_id;
    });
    std::vector<connection_figures> one_each;
    for (auto& each : all) {
        if (one_each.empty() || !have_one_id(one_each.back(), each)) {
            one_each.push_back(std::move(each));
            continue;
        }
        auto& known = one_each.back();
        known.usage.requests += each.usage.requests;
        known.first = std::min(known.first, each.first);
    }
    return one_each;
}

} // namespace

void usage_table::add(std::string_view connection_id) {
    ++requests_;
    const auto known = index_.find(connection_id);
    const auto found = known == index_.end() ? add_new(connection_id) : known->second;
    if (found->first == 0)
        latest_.splice(latest_.end(), latest_, found);
    ++found->usage.requests;
}

usage_table::entries::iterator usage_table::add_new(std::string_view connection_id) {
    const bool listed = listed_.size() < listed_connections;
    if (latest_.size() == recent_)
        drop_oldest();
    auto& entries = listed ? listed_ : latest_;
    entries.push_back({{std::string(connection_id), 0}, listed ? requests_ : 0});
    const auto added = std::prev(entries.end());
    index_.emplace(added->usage.connection_id, added);
    return added;
}

void usage_table::drop_oldest() {
    const auto& oldest = latest_.front().usage;
    over_.record(as_duration(oldest.requests));
    index_.erase(oldest.connection_id);
    latest_.pop_front();
}

/// Those that are told apart, as they stand in the report.
std::vector<connection_figures> usage_table::in_order() const {
    std::vector<connection_figures> all(listed_.begin(), listed_.end());
    if (merged_.empty())
        return all;
    all.insert(all.end(), merged_.begin(), merged_.end());
    all = joined(std::move(all));
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return stands_before(a, b); });
    return all;
}

std::vector<connection_usage> usage_table::listed() const {
    std::vector<connection_usage> all;
    for (auto& each : in_order()) {
        if (all.size() == listed_connections)
            break;
        all.push_back(std::move(each.usage));
    }
    return all;
}

/// Of each connection but the first `skipped`, a nanosecond for a request.
duration_histogram usage_table::requests_after(std::size_t skipped) const {
    auto requests = over_;
    std::size_t position = 0;
    for (const auto& each : in_order())
        if (position++ >= skipped)
            requests.record(as_duration(each.usage.requests));
    for (const auto& each : latest_)
        requests.record(as_duration(each.usage.requests));
    return requests;
}

usage_spread usage_table::spread_after(std::size_t skipped) const {
    const auto requests = requests_after(skipped);
    return {.connections = requests.count(),
            .requests = requests.counts().sum_low,
            .min = as_count(requests.min()),
            .median = as_count(requests.percentile(50)),
            .max = as_count(requests.max())};
}

usage_figures usage_table::figures() const {
    auto listed = in_order();
    if (listed.size() > listed_connections)
        listed.resize(listed_connections);
    for (auto& each : listed) {
        auto& id = each.usage.connection_id;
        id.resize(protocol::shortened(id, longest_connection_id).size());
    }
    return {.listed = std::move(listed), .unlisted = requests_after(listed_connections).counts()};
}

void usage_table::merge(const usage_figures& others) {
    over_.merge(others.unlisted);
    merged_.insert(merged_.end(), others.listed.begin(), others.listed.end());
}

} // namespace avatar::report
