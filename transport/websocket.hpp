#pragma once

#include "transport/message_stream.hpp"
#include "transport/stream.hpp"

#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace avatar::transport {

/// A server's WebSocket and a client's. Without permessage-deflate: the service does not
/// offer it, and its state would cost memory in every session.
using server_websocket = boost::beast::websocket::stream<stream, false>;
using client_websocket = boost::beast::websocket::stream<message_stream, false>;

/// Sizes the write buffer for one message. Masking copies through that buffer,
/// one system call each time it is full: 4 KB would cost a clip of 650 KB 160
/// calls. Beast keeps the buffer until a message of another size begins: a session
/// that has sent nothing but its terms holds the smallest, a client that has sent a
/// clip the largest.
template <class WebSocket>
void fit_write_buffer(WebSocket& ws, std::size_t message_size) {
    constexpr std::size_t sizes[] = {512, 4 * 1024, 64 * 1024};
    const auto* fits = std::ranges::lower_bound(sizes, message_size);
    ws.write_buffer_bytes(fits == std::end(sizes) ? sizes[2] : *fits);
}

} // namespace avatar::transport
