#include "actors/cluster/requests/node_loads.hpp"

#include "messages/remote.hpp"

namespace avatar {

std::optional<std::size_t> node_loads::least() const {
    return by_rank_.empty() ? std::nullopt : std::optional(by_rank_.begin()->second);
}

void node_loads::note_connected(std::size_t node, std::uint64_t connected) {
    auto& now = nodes_[node].load.connected;
    up_ += static_cast<std::size_t>(connected > 0) - static_cast<std::size_t>(now > 0);
    now = connected;
    rank(node);
}

void node_loads::add_request(std::size_t node, std::uint64_t number, std::size_t bytes) {
    nodes_[node].load.requests.insert(number);
    nodes_[node].load.bytes += bytes;
    rank(node);
}

void node_loads::remove_request(std::size_t node, std::uint64_t number, std::size_t bytes) {
    nodes_[node].load.requests.erase(number);
    nodes_[node].load.bytes -= bytes;
    rank(node);
}

void node_loads::add_question(std::size_t node, std::uint64_t number) {
    nodes_[node].load.questions.insert(number);
    rank(node);
}

void node_loads::remove_question(std::size_t node, std::uint64_t number) {
    nodes_[node].load.questions.erase(number);
    rank(node);
}

void node_loads::add_lease(std::size_t node, std::uint64_t lease) {
    nodes_[node].load.leases.insert(lease);
    rank(node);
}

void node_loads::remove_lease(std::size_t node, std::uint64_t lease) {
    nodes_[node].load.leases.erase(lease);
    rank(node);
}

node_loads::load node_loads::take(std::size_t node) {
    note_connected(node, 0);
    return std::exchange(nodes_[node].load, {});
}

/// In proportion to its connections.
void node_loads::rank(std::size_t node) {
    constexpr std::uint64_t scale = 1'000'000;
    auto& of = nodes_[node];
    if (of.rank)
        by_rank_.erase({*of.rank, node});
    of.rank.reset();
    const auto& load = of.load;
    const auto under_way = load.requests.size() + load.questions.size();
    if (load.connected == 0 || under_way >= most_remote_requests || load.bytes >= most_remote_bytes)
        return;
    of.rank = (under_way + load.leases.size()) * scale / load.connected;
    by_rank_.emplace(*of.rank, node);
}

} // namespace avatar
