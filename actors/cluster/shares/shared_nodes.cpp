#include "actors/cluster/shares/shared_nodes.hpp"

#include "actors/cluster/shares/division.hpp"

#include <algorithm>
#include <utility>

namespace avatar {

shared_nodes::shared_nodes(const std::vector<config::node_address>& addresses,
                           std::size_t connections)
    : nodes_(addresses.size()),
      connections_(connections) {
    std::size_t slot = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        auto& node = nodes_[i];
        node.address = addresses[i];
        node.size = part_of(connections, i, nodes_.size());
        node.first_slot = std::exchange(slot, slot + node.size);
    }
}

void shared_nodes::begin_share(shared_node& node) {
    node.share = ++last_share_;
    by_share_.emplace(node.share, &node);
}

void shared_nodes::forget_share(shared_node& node) {
    add(past_, node.account.ledger());
    past_session_ms_ += node.session_ms;
    if (node.handle)
        by_actor_.erase(node.handle.address());
    by_share_.erase(node.share);
    node.share = node.clip_sent = 0;
    node.handle = share_actor();
    node.open = false;
    node.account = {};
    node.connected = node.available = node.session_ms = node.finished_round = 0;
    node.errors.clear();
    node.over = false;
    node.status.reset();
}

shared_node* shared_nodes::find(std::uint64_t share) {
    const auto found = by_share_.find(share);
    return found == by_share_.end() ? nullptr : found->second;
}

shared_node* shared_nodes::forget_actor(const caf::actor_addr& actor) {
    const auto known = by_actor_.extract(actor);
    return known ? known.mapped() : nullptr;
}

pool_status shared_nodes::status() const {
    pool_status all;
    all.requests = past_;
    all.session_ms = past_session_ms_;
    all.size = connections_;
    for (const auto& node : nodes_) {
        if (!node.open)
            continue;
        all.session_ms += node.session_ms;
        if (!node.status) {
            all.connected += node.connected;
            all.available += node.available;
            add(all.requests, node.account.ledger());
            continue;
        }
        const auto& pool = *node.status;
        all.connected += pool.connected;
        all.available += pool.available;
        all.leased += pool.leased;
        all.waiting += pool.waiting;
        all.served += pool.served;
        all.retried += pool.retried;
        all.replaced += pool.replaced;
        all.renewed += pool.renewed;
        all.crashed += pool.crashed;
        all.late_frames += pool.late_frames;
        all.longest_below_size = std::max(all.longest_below_size, pool.longest_below_size);
        add(all.requests, pool.requests);
        all.connections.insert(all.connections.end(), pool.connections.begin(),
                               pool.connections.end());
    }
    return all;
}

std::uint64_t shared_nodes::connected() const {
    std::uint64_t all = 0;
    for (const auto& node : nodes_)
        all += node.connected;
    return all;
}

} // namespace avatar
