#pragma once

#include "protocol/endpoint.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/kept_streams.hpp"
#include "transport/name_lookup.hpp"
#include "transport/opening_limit.hpp"
#include "transport/tls.hpp"
#include "transport/tls_sessions.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace avatar::transport {

/// Shared by every connection of a pool.
struct connection_settings {
    channel_settings channel;
    protocol::endpoint console;
    protocol::endpoint ingress; ///< Without credentials in its query.
    tls_context tls;            ///< Null where nothing speaks TLS.
};

/// What the connections on one io_context share. Used there only, so without a lock.
struct thread_state {
    thread_state(boost::asio::io_context& io, std::size_t max_opening)
        : names(std::make_shared<name_lookup>(io)),
          openings(max_opening) {}

    /// Those to the console. They are closed when no session opens any more, nor waits to.
    std::shared_ptr<kept_streams> console_streams() {
        auto streams = console_streams_.lock();
        if (!streams)
            console_streams_ = streams = std::make_shared<kept_streams>();
        return streams;
    }

    std::shared_ptr<name_lookup> names;
    opening_limit openings;
    tls_sessions sessions;
    std::vector<char> read_buffer = std::vector<char>(64 * 1024); ///< See `message_stream`.

private:
    std::weak_ptr<kept_streams> console_streams_;
};

} // namespace avatar::transport
