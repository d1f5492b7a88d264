#pragma once

#include "messages/run_report.hpp"
#include "tests/soak/caller.hpp"
#include "tests/soak/resources.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::soak {

/// All that one soak has shown.
struct outcome {
    std::chrono::seconds length{0};
    call_counts calls; ///< Of all callers.
    pool_status pool;  ///< When the load had ended and the service was well again.
    bool closed = false;
    resources start, middle, end;
    std::map<std::string_view, std::uint64_t> faults; ///< How often each occurred.
    std::size_t fault_kinds = 0;                      ///< That were to occur.
    bool check_memory = true;                         ///< Sanitizers keep freed memory back.
};

/// The table that goes into docs/reliability.md.
void write_table(std::ostream& out, const outcome& of);

/// One line for each promise that was broken; none when all held.
std::vector<std::string> broken_promises(const outcome& of);

} // namespace avatar::soak
