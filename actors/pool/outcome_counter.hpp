#pragma once

#include "messages/run_report.hpp"

#include <cstdint>
#include <map>

namespace avatar {

/// Counts requests in and outcomes out, for the ledger.
class outcome_counter {
public:
    void enter() { ++entered_; }

    /// Code `none`: it succeeded.
    void end(protocol::failure_code outcome) { ++ended_[outcome]; }

    /// With the number of requests that the pool still holds, and not what is missing
    /// here: else the ledger would add up whatever got lost.
    request_ledger snapshot(std::uint64_t open) const {
        request_ledger ledger;
        ledger.entered = entered_;
        ledger.open = open;
        for (const auto& [code, count] : ended_) {
            if (code == protocol::failure_code::none)
                ledger.succeeded = count;
            else
                ledger.failed.push_back({code, count});
        }
        return ledger;
    }

private:
    std::uint64_t entered_ = 0;
    std::map<protocol::failure_code, std::uint64_t> ended_;
};

} // namespace avatar
