#include "report/usage_table.hpp"

#include <iterator>

namespace avatar::report {
namespace {

nanoseconds as_duration(std::uint64_t requests) {
    return nanoseconds(static_cast<nanoseconds::rep>(requests));
}

std::uint64_t as_count(nanoseconds recorded) {
    return static_cast<std::uint64_t>(recorded.count());
}

/// A spread in the making.
class spread_sum {
public:
    spread_sum(const duration_histogram& of, std::uint64_t requests)
        : counts_(of),
          requests_(requests) {}

    void add(std::uint64_t requests) {
        counts_.record(as_duration(requests));
        requests_ += requests;
    }

    usage_spread result() const {
        return {.connections = counts_.count(),
                .requests = requests_,
                .min = as_count(counts_.min()),
                .median = as_count(counts_.percentile(50)),
                .max = as_count(counts_.max())};
    }

private:
    duration_histogram counts_;
    std::uint64_t requests_;
};

} // namespace

void usage_table::add(std::string_view connection_id) {
    const auto known = index_.find(connection_id);
    const auto found = known == index_.end() ? add_new(connection_id) : known->second;
    if (!found->listed)
        latest_.splice(latest_.end(), latest_, found);
    ++found->usage.requests;
}

usage_table::entries::iterator usage_table::add_new(std::string_view connection_id) {
    const bool listed = listed_.size() < listed_connections;
    if (latest_.size() == recent_)
        drop_oldest();
    auto& entries = listed ? listed_ : latest_;
    entries.push_back({{std::string(connection_id), 0}, listed});
    const auto added = std::prev(entries.end());
    index_.emplace(added->usage.connection_id, added);
    return added;
}

void usage_table::drop_oldest() {
    const auto& oldest = latest_.front().usage;
    over_.record(as_duration(oldest.requests));
    over_requests_ += oldest.requests;
    index_.erase(oldest.connection_id);
    latest_.pop_front();
}

std::vector<connection_usage> usage_table::listed() const {
    std::vector<connection_usage> all;
    all.reserve(listed_.size());
    for (const auto& entry : listed_)
        all.push_back(entry.usage);
    return all;
}

usage_spread usage_table::spread_after(std::size_t skipped) const {
    spread_sum sum(over_, over_requests_);
    std::size_t position = 0;
    for (const auto& entry : listed_)
        if (position++ >= skipped)
            sum.add(entry.usage.requests);
    for (const auto& entry : latest_)
        sum.add(entry.usage.requests);
    return sum.result();
}

} // namespace avatar::report
