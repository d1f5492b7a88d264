#pragma once

#include "actors/pool/failure_kinds.hpp"
#include "protocol/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace avatar {

/// How the first try to connect ended, of each slot of a pool.
class first_connects {
public:
    explicit first_connects(std::size_t size) : ended_(size), under_way_(size) {}

    /// A session of the slot is open, or has failed to open. False: it is not its first.
    bool end(std::uint64_t slot, const protocol::failure& failure) {
        if (ended_[slot])
            return false;
        ended_[slot] = true;
        --under_way_;
        if (failure)
            count_failure(failures_, failure);
        return true;
    }

    std::size_t under_way() const { return under_way_; }
    const std::vector<failure_count>& failures() const { return failures_; }

private:
    std::vector<bool> ended_; // By slot number.
    std::size_t under_way_;
    std::vector<failure_count> failures_;
};

} // namespace avatar
