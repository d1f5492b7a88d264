#pragma once

#include "messages/nodes.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <algorithm>

namespace avatar {

/// The handle of that type for an actor that another node has published; null: there is none,
/// or its interface is another.
template <class Actor>
Actor published_as(caf::actor_system& system, const node_connected& node) {
    const auto wanted = system.message_types(caf::detail::type_list<Actor>{});
    const bool has_all =
        std::includes(node.interface.begin(), node.interface.end(), wanted.begin(), wanted.end());
    return has_all ? caf::actor_cast<Actor>(node.published) : Actor();
}

} // namespace avatar
