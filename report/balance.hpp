#pragma once

#include "messages/run_report.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace avatar::report {

/// Requests that came back, with whatever outcome: each is in one of the report's counts.
std::uint64_t requests_with_result(const run_report& report);

/// Whether every request that entered the pool left it with exactly one result:
/// the pool's ledger adds up, nothing is open, and its outcomes are those that
/// came back to whoever asked. Nothing when all that is so, else one line that
/// says what differs.
std::optional<std::string> imbalance(const run_report& report);

} // namespace avatar::report
