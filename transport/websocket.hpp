#pragma once

#include "transport/stream.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <cstddef>

namespace avatar::transport {

/// A WebSocket on a stream, client or server. Without permessage-deflate: the
/// service does not offer it, and its state would cost memory in every session.
using websocket = boost::beast::websocket::stream<stream, false>;

/// Sizes the write buffer for one message. Masking copies through that buffer,
/// one system call each time it is full: 4 KB would cost a clip of 650 KB 160
/// calls. Beast keeps the buffer until a message of the other size begins, so a
/// client that has sent a clip holds 64 KB until then.
inline void fit_write_buffer(websocket& ws, std::size_t message_size) {
    constexpr std::size_t small = 4 * 1024;
    constexpr std::size_t large = 64 * 1024;
    ws.write_buffer_bytes(message_size > small ? large : small);
}

} // namespace avatar::transport
