#pragma once

#include "inspection.hpp"
#include "shares.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <set>
#include <string>

/// How nodes find each other, and what is said of them on the node of the coordinator.
namespace avatar {

/// Asks for the actor that the node at that address has published.
struct connect_node {
    std::string host; ///< A name, or an IP address; IPv6 without brackets.
    std::uint16_t port = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, connect_node& x) {
        return f(x.host, x.port);
    }
};

/// The actor, or why there is none, in one line.
struct node_connected {
    caf::strong_actor_ptr published;
    std::set<std::string> interface; ///< Its messages, as CAF names them.
    std::string why;

    template <class Inspector>
    friend auto inspect(Inspector& f, node_connected& x) {
        return f(x.published, x.interface, x.why);
    }
};

/// Connects to other nodes, to several at once. Answers in a limited time: `node_limits`
/// (transport/node_limits.hpp) and that for an introduction. An actor of a node that is lost is
/// down.
using node_connector_actor = caf::typed_actor<caf::replies_to<connect_node>::with<node_connected>>;

/// Of the messages in shares.hpp; to be changed with any of them. Nodes of another one refuse
/// each other.
inline constexpr std::uint32_t node_wire_version = 2;

/// The first message to a worker. Neither this nor its answer changes with the wire version.
struct node_hello {
    std::uint32_t wire_version = node_wire_version;
    std::string program_version; ///< For people.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_hello& x) {
        return inspect_fields(f, x.wire_version, x.program_version);
    }
};

struct node_welcome {
    std::uint32_t wire_version = node_wire_version;
    std::string program_version;
    std::uint64_t boot = 0; ///< A random number, of each start of a worker.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_welcome& x) {
        return inspect_fields(f, x.wire_version, x.program_version, x.boot);
    }
};

/// The interface of a worker that no version changes.
using node_greeter_actor = caf::typed_actor<caf::replies_to<node_hello>::with<node_welcome>>;

/// The one actor of a worker that others reach by its address.
using node_endpoint_actor =
    node_greeter_actor::extend<caf::replies_to<open_share>::with<share_accepted>>;

/// Tells a worker's endpoint to take no further shares; what runs may end. Answered by
/// `node_drained` when the last share has ended, or had its time; the endpoint ends then.
struct drain_node {
    template <class Inspector>
    friend auto inspect(Inspector& f, drain_node&) {
        return f();
    }
};

struct node_drained {
    bool all_ended = false; ///< Else some shares did not in their time.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_drained& x) {
        return inspect_fields(f, x.all_ended);
    }
};

/// The endpoint's own timer: its shares had their time.
struct drain_overdue {
    template <class Inspector>
    friend auto inspect(Inspector& f, drain_overdue&) {
        return f();
    }
};

/// A worker can be reached; from the keeper of its node (actors/cluster/shares/node_keeper.hpp).
struct node_up {
    std::uint64_t node = 0; ///< From 0, in the order of the settings.
    node_endpoint_actor endpoint;
    std::uint64_t boot = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, node_up& x) {
        return inspect_fields(f, x.node, x.endpoint, x.boot);
    }
};

/// It cannot be, or not any more. Comes for each try to reach it.
struct node_down {
    std::uint64_t node = 0;
    std::string why; ///< In one line.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_down& x) {
        return inspect_fields(f, x.node, x.why);
    }
};

using node_owner_actor = caf::typed_actor<caf::reacts_to<node_up>, caf::reacts_to<node_down>>;

/// From its owner to the keeper: the node does not do what it should, and is to be greeted
/// again after a pause.
struct node_failed {
    template <class Inspector>
    friend auto inspect(Inspector& f, node_failed&) {
        return f();
    }
};

/// The keeper's own timer: that pause is over.
struct reconnect_node {
    template <class Inspector>
    friend auto inspect(Inspector& f, reconnect_node&) {
        return f();
    }
};

using node_keeper_actor =
    caf::typed_actor<caf::reacts_to<node_failed>, caf::reacts_to<reconnect_node>>;

/// The own timer of a load conductor, or of a pool over nodes.
struct nodes_due {
    enum class kind : std::uint8_t {
        progress, ///< All shares are asked for it.
        round,    ///< The pause before a round is over.
        status,   ///< The shares had their time to tell the figures of their pools.
        stopping, ///< Likewise, to stop.
        closing,  ///< Likewise, to close.
        lease,    ///< A session of a pool over nodes that was acquired: max lease.
    };
    kind of = kind::progress;

    template <class Inspector>
    friend auto inspect(Inspector& f, nodes_due& x) {
        return inspect_fields(f, x.of);
    }
};

inline bool is_acceptable(nodes_due::kind kind) {
    return kind <= nodes_due::kind::lease;
}

} // namespace avatar
