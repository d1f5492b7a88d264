#pragma once

#include "../../../config/settings.hpp"
#include "../../../messages/actors.hpp"
#include "../../../messages/audio.hpp"
#include "../../../messages/nodes.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace avatar {

/// What a pool over nodes works with.
struct remote_pool_plan {
    std::vector<config::node_address> nodes;
    node_connector_actor connector; ///< Of `node_links`, which outlive the pool.
    config::pool_settings pool;     ///< Of all nodes together; one connection for each at least.
    clip_format format;             ///< Of all audio.
    connection_watcher_actor watcher{}; ///< Is told of each first connect; may be null.
};

/// Throws config::config_error, of one line, when something cannot be used.
void check(const remote_pool_plan& plan);

/// Spawns a pool whose sessions are on other nodes, after its plan was checked: throws what
/// `check` does, and nothing is spawned then. For its callers, a pool. A request goes to the
/// node with the least under way for each of its connections, its clip once to each node, its
/// frames come back under the credit of its sink, and its source is asked from there. When a
/// node is lost, the requests that it had fail with nodeLost, and the leases of its sessions
/// are over; with `retry_accepted` a request of which nothing has come goes to another node.
/// Requests that are more than may be under way fail with nodeBusy. What a caller that ends
/// has acquired is released. A node whose pool fails is lost, and the pool goes on with the
/// others: `watch_pool` is answered by nothing.
pool_actor spawn_remote_pool(caf::actor_system& system, remote_pool_plan plan);

} // namespace avatar
