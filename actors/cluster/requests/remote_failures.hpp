#pragma once

#include "actors/pool/pool_failures.hpp"

#include <cstddef>
#include <string>

/// Why no node takes what a remote pool is asked for.
namespace avatar {

inline protocol::failure all_nodes_are_busy() {
    return pool_failure(protocol::failure_code::node_busy,
                        "too much is under way to every node of the pool");
}

inline protocol::failure no_node_is_up() {
    return pool_failure(protocol::failure_code::service_down,
                        "no node of the pool has a connection to the service");
}

/// More than a share keeps of all clips.
inline protocol::failure clip_cannot_cross(std::size_t bytes) {
    return pool_failure(protocol::failure_code::invalid_request,
                        "a clip of " + std::to_string(bytes) + " bytes cannot cross nodes");
}

} // namespace avatar
