#pragma once

#include "actors/cluster/shares/share_account.hpp"
#include "config/settings.hpp"
#include "messages/actors.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace avatar {

/// One worker, and the share that it has, if any.
struct shared_node {
    using time_point = caf::actor_clock::time_point;

    config::node_address address;
    std::size_t size = 0;       ///< Connections of its pool.
    std::size_t first_slot = 0; ///< In the numbers of the whole run.
    node_keeper_actor keeper;

    // Of the share.
    std::uint64_t share = 0; ///< Its number; 0: none.
    share_actor handle;      ///< Null: not accepted yet.
    bool open = false;       ///< Its pool's connections were tried.
    time_point heard;
    time_point advanced;         ///< Some more of its pool has opened, or a result has come.
    std::uint64_t clip_sent = 0; ///< Up to where it has asked for the clip, at least.
    share_account account;
    std::uint64_t connected = 0; ///< As it told last.
    std::uint64_t available = 0;
    std::uint64_t session_ms = 0;
    std::uint64_t finished_round = 0;
    std::vector<std::string> errors; ///< Of that round.
    bool over = false;               ///< It runs no round any more.
    std::optional<pool_status> status;

    // For the report.
    bool tried = false; ///< Its first share was opened, or could not be.
    std::uint64_t sessions = 0;
    bool away = false; ///< Lost or not reached, and not open since.
    std::uint64_t losses = 0;
    std::string why;
};

/// The nodes that a pool is divided over, found by what they are known by, and what their pools
/// are together. They stay where they are.
class shared_nodes {
public:
    /// So many connections are divided over them.
    shared_nodes(const std::vector<config::node_address>& addresses, std::size_t connections);

    shared_nodes(const shared_nodes&) = delete;
    shared_nodes& operator=(const shared_nodes&) = delete;

    std::vector<shared_node>& all() { return nodes_; }
    const std::vector<shared_node>& all() const { return nodes_; }

    std::uint64_t number_of(const shared_node& node) const {
        return static_cast<std::uint64_t>(&node - nodes_.data());
    }

    /// The node has a share from now on, of a number that none had before.
    void begin_share(shared_node& node);

    /// It has none any more; what that did counts on.
    void forget_share(shared_node& node);

    shared_node* find(std::uint64_t share);
    bool some_share() const { return !by_share_.empty(); }

    /// That actor is the node's keeper, or its share.
    void note_actor(const caf::actor_addr& actor, shared_node& node) { by_actor_[actor] = &node; }

    /// Whose it was, and is no more; null: of none.
    shared_node* forget_actor(const caf::actor_addr& actor);

    /// As they told last.
    pool_status status() const;

    /// None of a node that is gone by now.
    std::uint64_t connected() const;

private:
    std::vector<shared_node> nodes_;
    std::size_t connections_;
    // Thousands of nodes tell something twice a second: none is searched.
    std::unordered_map<std::uint64_t, shared_node*> by_share_;
    std::map<caf::actor_addr, shared_node*> by_actor_;
    std::uint64_t last_share_ = 0;
    // Of the shares that were lost or are over.
    request_ledger past_;
    std::uint64_t past_session_ms_ = 0;
};

} // namespace avatar
