#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace avatar {

/// A session in the hands of a caller.
struct lease {
    std::uint64_t slot = 0;
    caf::actor_addr borrower;
    std::string name; ///< As the borrower calls itself.
    caf::actor_clock::time_point deadline;
};

/// The leases of a pool. All last equally long at most, so the oldest is the
/// first to expire.
class lease_table {
public:
    using entry = std::pair<const std::uint64_t, lease>;

    /// Gives the number of the new lease, from 1 and never used before.
    std::uint64_t add(lease granted) {
        leases_.emplace(++last_, std::move(granted));
        return last_;
    }

    /// Null when there is none of that number.
    const lease* find(std::uint64_t number) const {
        const auto found = leases_.find(number);
        return found == leases_.end() ? nullptr : &found->second;
    }

    /// The lease that expires first; null: none.
    const entry* oldest() const { return leases_.empty() ? nullptr : &*leases_.begin(); }

    /// One of that borrower's leases; nothing when it has none.
    std::optional<std::uint64_t> of(const caf::actor_addr& borrower) const {
        const auto found = std::ranges::find_if(
            leases_, [&](const entry& e) { return e.second.borrower == borrower; });
        return found == leases_.end() ? std::nullopt : std::optional(found->first);
    }

    std::optional<lease> remove(std::uint64_t number) {
        auto removed = leases_.extract(number);
        return removed ? std::optional(std::move(removed.mapped())) : std::nullopt;
    }

private:
    std::map<std::uint64_t, lease> leases_; // By number: oldest first.
    std::uint64_t last_ = 0;
};

} // namespace avatar
