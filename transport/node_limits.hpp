#pragma once

#include <chrono>
#include <cstddef>

namespace avatar::transport {

/// Of the sockets between nodes.
struct node_limits {
    std::chrono::milliseconds connect{3000};   ///< To find and reach the other node.
    std::chrono::milliseconds handshake{5000}; ///< To agree TLS.
    std::size_t handshakes = 64;               ///< Under way at once, of those that come.
};

} // namespace avatar::transport
