#pragma once

#include "actors/cluster/requests/remote_clips.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

namespace avatar {

/// What the nodes of a remote pool have of it, and which of them has the least for each of its
/// connections. Nodes are numbered from 0.
class node_loads {
public:
    /// Of one node. What it has is known by its numbers.
    struct load {
        std::unordered_set<std::uint64_t> requests{};
        std::unordered_set<std::uint64_t> questions{}; ///< For leases.
        std::unordered_set<std::uint64_t> leases{};
        std::size_t bytes = 0;       ///< Of audio, under way.
        std::uint64_t connected = 0; ///< Its connections.
        sent_clips clips{};
    };

    explicit node_loads(std::size_t nodes) : nodes_(nodes) {}

    /// Where a request goes; nothing: no node is up, or all have as much as they may.
    std::optional<std::size_t> least() const;

    bool some_up() const { return up_ > 0; }

    /// 0: it cannot be used.
    void note_connected(std::size_t node, std::uint64_t connected);

    void add_request(std::size_t node, std::uint64_t number, std::size_t bytes);
    void remove_request(std::size_t node, std::uint64_t number, std::size_t bytes);
    void add_question(std::size_t node, std::uint64_t number);
    void remove_question(std::size_t node, std::uint64_t number);
    void add_lease(std::size_t node, std::uint64_t lease);
    void remove_lease(std::size_t node, std::uint64_t lease);

    sent_clips& clips(std::size_t node) { return nodes_[node].load.clips; }

    /// All that it had, when it is lost: it has nothing from then on, and is not up.
    load take(std::size_t node);

private:
    struct ranked {
        node_loads::load load{};
        std::optional<std::uint64_t> rank{}; // Under which it stands in by_rank_.
    };

    void rank(std::size_t node);

    std::vector<ranked> nodes_;
    std::set<std::pair<std::uint64_t, std::size_t>> by_rank_; // Those that can be used.
    std::size_t up_ = 0;
};

} // namespace avatar
