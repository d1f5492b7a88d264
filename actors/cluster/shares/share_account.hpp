#pragma once

#include "messages/request_figures.hpp"
#include "messages/run_report.hpp"

#include <cstdint>

namespace avatar {

/// The requests of one share: those that it was given are those that it has reported, those
/// that were lost with it, and those that are open.
class share_account {
public:
    struct outcomes {
        std::uint64_t ok = 0;
        std::uint64_t failed = 0;
        std::uint64_t interrupted = 0;
        std::uint64_t cancelled = 0;

        outcomes& operator+=(const outcomes& more) {
            ok += more.ok;
            failed += more.failed;
            interrupted += more.interrupted;
            cancelled += more.cancelled;
            return *this;
        }
        std::uint64_t all() const { return ok + failed + interrupted + cancelled; }
        outcomes since(const outcomes& before) const {
            return {ok - before.ok, failed - before.failed, interrupted - before.interrupted,
                    cancelled - before.cancelled};
        }
    };

    void give(std::uint64_t requests) { given_ += requests; }

    /// What the share has reported since it began. False: it cannot be, and is not taken, for
    /// it has more than was given, or less of something than before.
    bool report(const request_figures& figures);

    /// Those that are open are lost. Gives how many.
    std::uint64_t lose_open();

    /// Those that are open were not begun, and are not to be. Gives how many.
    std::uint64_t take_back_open();

    const outcomes& reported() const { return reported_; }
    std::uint64_t open() const { return given_ - reported_.all() - lost_; }

    /// As a pool would count them.
    request_ledger ledger() const;

private:
    std::uint64_t given_ = 0;
    std::uint64_t lost_ = 0;
    outcomes reported_;
    std::vector<outcome_count> failed_; // By code.
};

/// Adds the second to the first.
void add(request_ledger& sum, const request_ledger& part);

} // namespace avatar
