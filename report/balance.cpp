#include "report/balance.hpp"

#include <fmt/format.h>

#include <numeric>

namespace avatar::report {

std::uint64_t requests_with_result(const run_report& report) {
    return report.ok + report.failed + report.interrupted_requests + report.cancelled_requests;
}

std::optional<std::string> imbalance(const run_report& report) {
    const auto& pool = report.pool.requests;
    const auto failed =
        std::accumulate(pool.failed.begin(), pool.failed.end(), std::uint64_t(0),
                        [](std::uint64_t sum, const outcome_count& o) { return sum + o.count; });
    const auto came_back = requests_with_result(report) - report.ok;
    const bool balanced = pool.open == 0 && pool.entered == pool.succeeded + failed &&
                          pool.succeeded == report.ok && failed == came_back;
    if (balanced)
        return std::nullopt;
    return fmt::format("requests do not add up: the pool took {}, of which {} succeeded, {} failed "
                       "and {} are open; {} came back as successes and {} as failures",
                       pool.entered, pool.succeeded, failed, pool.open, report.ok, came_back);
}

} // namespace avatar::report
