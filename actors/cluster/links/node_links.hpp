#pragma once

#include "../../../messages/nodes.hpp"
#include "../../../transport/node_limits.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

namespace avatar {

namespace transport {
class io_runtime;
class node_credentials;
class node_listener;
} // namespace transport

struct node_link_limits {
    transport::node_limits sockets{};
    std::chrono::milliseconds introduction{5000}; ///< Of CAF to CAF, over an agreed link.
    std::size_t max_message = 1024 * 1024;        ///< Bytes; a node that sends more is cut.
};

struct node_link_parts;

/// The links of this node to others: CAF's BASP over sockets of our own, with mutual TLS, for
/// an actor system with the middleman (`node_runtime`). CAF's own links check no names, can be
/// made to crash by 32 bytes, and hang at the end with a node that is stopped.
class node_links {
public:
    /// `credentials` null: plain, within this machine only. All outlive it.
    node_links(caf::actor_system& system, transport::io_runtime& io,
               std::shared_ptr<const transport::node_credentials> credentials,
               node_link_limits limits = {});

    /// Cuts all links.
    ~node_links();

    node_links(const node_links&) = delete;
    node_links& operator=(const node_links&) = delete;

    /// Other nodes get `actor` at that IP address, for as long as this lives. Port 0: a free
    /// one. Gives the port. Throws transport::listen_error. Once. Blocks shortly: not for an
    /// actor or an I/O thread.
    template <class Actor>
    std::uint16_t publish(const Actor& actor, const std::string& address, std::uint16_t port) {
        return publish(caf::actor_cast<caf::strong_actor_ptr>(actor),
                       system_.message_types(caf::detail::type_list<Actor>{}), address, port);
    }

    const node_connector_actor& connector() const { return connector_; }

    /// Other nodes are lost from now on, and this node to them.
    void cut();

private:
    std::uint16_t publish(caf::strong_actor_ptr actor, std::set<std::string> interface,
                          const std::string& address, std::uint16_t port);

    caf::actor_system& system_;
    transport::io_runtime& io_;
    std::shared_ptr<node_link_parts> parts_;
    caf::actor middleman_;
    node_connector_actor connector_;
    std::unique_ptr<transport::node_listener> listener_;
};

} // namespace avatar
