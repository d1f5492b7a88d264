#pragma once

#include "actors/actor_end.hpp"
#include "actors/cluster/shares/told_bounds.hpp"
#include "protocol/failure.hpp"

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>

#include <string>
#include <utility>

/// What is said of nodes that are lost.
namespace avatar {

/// An actor of another node is down for that reason.
inline std::string why_lost(const caf::error& reason) {
    if (reason == caf::exit_reason::remote_link_unreachable)
        return "there is no connection to it any more";
    if (reason == caf::exit_reason::user_shutdown)
        return "it was stopped";
    return told_text(describe_end(reason));
}

inline protocol::failure node_is_lost(const std::string& node, const std::string& why) {
    protocol::failure failure;
    failure.code = protocol::failure_code::node_lost;
    failure.detail = "node " + node + " was lost: " + why;
    return failure;
}

/// It was never up.
inline protocol::failure node_is_unavailable(const std::string& node, const std::string& why) {
    protocol::failure failure;
    failure.code = protocol::failure_code::node_lost;
    failure.detail = "node " + node + " is unavailable: " + why;
    return failure;
}

inline protocol::failure no_node_is_left(const std::string& last_why) {
    protocol::failure failure;
    failure.code = protocol::failure_code::node_lost;
    failure.detail = "no node is left; the last one: " + last_why;
    return failure;
}

} // namespace avatar
