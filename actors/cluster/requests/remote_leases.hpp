#pragma once

#include "actors/cluster/requests/node_loads.hpp"
#include "actors/cluster/requests/numbers_by.hpp"
#include "actors/cluster/shares/node_shares.hpp"
#include "actors/pool/actor_watch.hpp"
#include "messages/actors.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

namespace avatar {

/// Part of a remote pool: the leases of sessions on its nodes, each held by the actor that has
/// asked for it, and the questions for some that are under way.
class remote_leases {
public:
    using self_pointer = remote_pool_actor::pointer;
    using granted_promise = caf::typed_response_promise<lease_granted>;

    /// The others are parts of the same actor.
    remote_leases(self_pointer self, node_shares<remote_pool_actor>& shares, node_loads& loads,
                  basic_actor_watch<remote_pool_actor>& watch, nanoseconds max_lease);

    /// Of the node with the least to do. Answers at once with `refusal`, if it is one.
    granted_promise on_acquire(acquire_session& question, protocol::failure refusal);
    void on_granted(remote_lease& told);
    /// Counts from the holder only.
    void on_release(const release_session& which);
    /// What it holds is released, and what it is granted later.
    void on_holder_down(const caf::actor_addr& holder);
    void on_share_lost(const node_loads::load& lost, const protocol::failure& why);
    /// Its node does not have it any more.
    void on_lost(std::uint64_t lease);
    /// Those that have had it for the max lease: their nodes do not tell.
    void on_due();
    /// Questions without an answer get that one.
    void on_all_closed(const protocol::failure& why);

    /// The node of a lease; nothing: that actor does not hold it.
    std::optional<std::size_t> node_of(std::uint64_t lease, const caf::actor_addr& holder) const;

    std::size_t held() const { return leases_.size(); }

private:
    struct question {
        std::size_t node = 0;
        std::uint64_t share = 0;
        granted_promise promise;
        caf::actor_addr holder; // Null: it has ended.
    };

    struct lease {
        std::size_t node = 0;
        std::uint64_t share = 0;
        caf::actor_addr holder;
    };

    struct expiry {
        std::uint64_t lease = 0;
        caf::actor_clock::time_point at;
    };

    request_share_actor share_of(std::size_t node) const;
    bool has(std::size_t node, std::uint64_t share) const;
    question end_question(std::uint64_t number);
    void release(std::uint64_t number);
    void add_expiry(std::uint64_t number);

    self_pointer self_;
    node_shares<remote_pool_actor>& shares_;
    node_loads& loads_;
    basic_actor_watch<remote_pool_actor>& watch_;
    std::unordered_map<std::uint64_t, question> questions_; // By number.
    std::unordered_map<std::uint64_t, lease> leases_;
    numbers_by<caf::actor_addr> by_asker_;  // Questions.
    numbers_by<caf::actor_addr> by_holder_; // Leases.
    std::uint64_t last_question_ = 0;
    nanoseconds max_lease_;
    std::deque<expiry> expiries_; // The oldest first; with leases that were released before.
};

} // namespace avatar
