#pragma once

#include "messages/run_report.hpp"

#include <optional>
#include <string>

namespace avatar::report {

/// Whether every request that entered the pool left it with exactly one result:
/// the pool's ledger adds up, nothing is open, and its outcomes are those that
/// came back to whoever asked. Nothing when all that is so, else one line that
/// says what differs.
std::optional<std::string> imbalance(const run_report& report);

} // namespace avatar::report
