#pragma once

#include "transport/executor.hpp"

#include <string>
#include <string_view>

/// What it takes to leave a connection half-open, which Beast has no use for.
namespace avatar::transport {

/// Whether the other side has shut down its direction or reset the connection,
/// told without reading. False of a closed socket.
bool has_left(tcp_socket& socket);

/// The header of one binary WebSocket message from a server, and the first half of
/// its bytes (RFC 6455, section 5.2).
std::string half_of_frame(std::string_view bytes);

} // namespace avatar::transport
