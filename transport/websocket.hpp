#pragma once

#include "transport/stream.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace avatar::transport {

/// A WebSocket on a stream, client or server. Without permessage-deflate: the
/// service does not offer it, and its state would cost memory in every session.
using websocket = boost::beast::websocket::stream<stream, false>;

/// Sizes the write buffer for one message. Masking copies through that buffer,
/// one system call each time it is full: 4 KB would cost a clip of 650 KB 160
/// calls. Beast keeps the buffer until a message of another size begins: a session
/// that has sent nothing but its terms holds the smallest, a client that has sent a
/// clip the largest.
inline void fit_write_buffer(websocket& ws, std::size_t message_size) {
    constexpr std::size_t sizes[] = {512, 4 * 1024, 64 * 1024};
    const auto* fits = std::ranges::lower_bound(sizes, message_size);
    ws.write_buffer_bytes(fits == std::end(sizes) ? sizes[2] : *fits);
}

} // namespace avatar::transport
