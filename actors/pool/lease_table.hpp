#pragma once

#include <boost/intrusive/list.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace avatar {

/// A session that a caller has acquired.
struct lease {
    std::uint64_t number = 0; ///< Set by the table.
    std::uint64_t slot = 0;
    caf::actor_addr holder; ///< Not null.
    std::string name;       ///< As the holder calls itself.
    caf::actor_clock::time_point deadline;
};

/// Numbers that cannot be guessed: who knows the number of a lease holds it.
std::function<std::uint64_t()> random_numbers();

/// The leases of a pool. All last equally long at most, so the oldest is the
/// first to expire. Every operation is O(1).
class lease_table {
public:
    explicit lease_table(std::function<std::uint64_t()> draw = random_numbers())
        : draw_(std::move(draw)) {}

    /// Gives the number of the new lease: random, not 0, and not one in use.
    std::uint64_t add(lease granted);

    /// Null when there is none of that number.
    const lease* find(std::uint64_t number) const;

    /// The lease that expires first; null: none.
    const lease* oldest() const { return by_age_.empty() ? nullptr : &by_age_.front().held; }

    /// One of that holder's leases; null: it has none.
    const lease* of(const caf::actor_addr& holder) const;

    std::optional<lease> remove(std::uint64_t number);

private:
    struct by_age;
    struct by_holder;
    template <class Tag>
    using hook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>>;

    struct entry : hook<by_age>, hook<by_holder> {
        explicit entry(lease granted) : held(std::move(granted)) {}

        lease held;
    };
    template <class Tag>
    using list = boost::intrusive::list<entry, boost::intrusive::base_hook<hook<Tag>>>;

    std::function<std::uint64_t()> draw_;
    std::unordered_map<std::uint64_t, entry> entries_; // By number.
    list<by_age> by_age_;                              // Oldest first.
    std::unordered_map<caf::actor_addr, list<by_holder>> by_holder_;
};

} // namespace avatar
