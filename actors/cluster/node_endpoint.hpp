#pragma once

#include "actors/cluster/shares/share_pool.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace avatar {

/// What the endpoint of a worker is told on its own node.
using node_endpoint_control =
    node_endpoint_actor::extend<caf::replies_to<drain_node>::with<node_drained>,
                                caf::reacts_to<drain_overdue>>;

/// A share, of whichever use, as its node sees it.
using drained_share_actor = share_actor::extend<caf::reacts_to<drain_pool>>;

struct node_endpoint_plan {
    share_pool_factory make_pool;
    /// Throws config::config_error where the process cannot hold so many connections; may be
    /// empty.
    std::function<void(std::size_t)> check_connections;
    std::size_t max_shares = 16; ///< At once; more are refused.
};

/// A node endpoint's own state: the shares that live.
class node_endpoint_state {
public:
    using self_pointer = node_endpoint_control::pointer;
    using drained_promise = caf::typed_response_promise<node_drained>;

    explicit node_endpoint_state(self_pointer self) : self_(self) {}

    void start(node_endpoint_plan plan);
    node_welcome on_hello(const node_hello& hello) const;
    share_accepted on_open(open_share& order);
    drained_promise on_drain();
    void finish(); ///< Although shares may live.
    void on_down(const caf::down_msg& message);

    const char* name = "node_endpoint";

private:
    struct open_one {
        drained_share_actor actor;
        std::size_t connections = 0;
        config::milliseconds drain_timeout{0};
    };

    std::string why_refused(const open_share& order) const;
    std::size_t connections() const;
    void finish_if_drained();

    self_pointer self_;
    node_endpoint_plan plan_;
    std::uint64_t boot_ = 0;
    std::map<caf::actor_addr, open_one> shares_;
    std::vector<drained_promise> drained_; // Askers without an answer.
    bool draining_ = false;
};

/// Behaviour of the actor that a worker publishes: it greets coordinators and opens a share for
/// each that asks. When it is drained, what its shares have running may end; it ends with the
/// last of them, or when they had their time.
node_endpoint_control::behavior_type
node_endpoint(node_endpoint_control::stateful_pointer<node_endpoint_state> self,
              node_endpoint_plan plan);

} // namespace avatar
