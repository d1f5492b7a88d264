#pragma once

#include "transport/stream.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <poll.h>
#include <utility>
#include <vector>

namespace avatar::transport {

/// Connections to one server that wait for their next request (HTTP keep-alive): a pool
/// that opens saves a connection, and its TLS handshake, for most tokens. Used on one
/// io_context only.
class kept_streams {
public:
    /// The one that was kept last, if that was not long ago. The server may have ended it
    /// all the same.
    std::optional<stream> take() {
        const auto stale = std::chrono::steady_clock::now() - longest;
        if (!kept_.empty() && kept_.back().since < stale)
            kept_.clear();
        while (!kept_.empty()) {
            auto last = std::move(kept_.back().connection);
            kept_.pop_back();
            if (last.tls() || !is_readable(last.socket()))
                return last;
        }
        return std::nullopt;
    }

    /// Closes the one that has waited for longest, where they are many.
    void keep(stream s) {
        if (kept_.size() == most)
            kept_.erase(kept_.begin());
        kept_.push_back({std::move(s), std::chrono::steady_clock::now()});
    }

private:
    /// Nobody has asked: it has ended, or what comes is no answer.
    static bool is_readable(tcp_socket& socket) {
        pollfd found{socket.native_handle(), POLLIN, 0};
        return ::poll(&found, 1, 0) != 0;
    }

    /// Below the time after which servers and routers end what is idle.
    static constexpr std::chrono::seconds longest{4};
    static constexpr std::size_t most = 16; // Each is an open file.

    struct kept_stream {
        stream connection;
        std::chrono::steady_clock::time_point since;
    };

    std::vector<kept_stream> kept_; // In the order they were kept.
};

} // namespace avatar::transport
