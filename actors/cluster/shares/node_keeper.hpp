#pragma once

#include "actors/pool/backoff.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace avatar {

struct node_keeper_plan {
    std::uint64_t node = 0; ///< Its number.
    config::node_address address;
    node_connector_actor connector;
    node_owner_actor owner;
    std::chrono::nanoseconds reconnect_min = std::chrono::milliseconds(500);
    std::chrono::nanoseconds reconnect_max = std::chrono::seconds(10);
};

/// A node keeper's own state: whether the node is up, or since how many tries it is not.
class node_keeper_state {
public:
    using self_pointer = node_keeper_actor::pointer;

    explicit node_keeper_state(self_pointer self) : self_(self) {}

    void start(node_keeper_plan plan);
    void on_failed();
    void connect();
    void on_down(const caf::down_msg& message);

    const char* name = "node_keeper";

private:
    void greet(const node_connected& reached);
    void on_welcome(const node_connected& reached, const node_welcome& welcome);
    void fail(const std::string& why);
    void pause();

    self_pointer self_;
    node_keeper_plan plan_;
    backoff backoff_{{}, {}};
    std::mt19937_64 random_{std::random_device{}()};
    node_endpoint_actor endpoint_; // Null: the node is down.
    caf::actor_clock::time_point up_since_;
    std::uint32_t failures_ = 0; // In a row.
};

/// Behaviour that connects to one worker, greets it, tells its owner, and does so again,
/// after a pause, when the node is lost. Ends with its owner.
node_keeper_actor::behavior_type
node_keeper(node_keeper_actor::stateful_pointer<node_keeper_state> self, node_keeper_plan plan);

} // namespace avatar
