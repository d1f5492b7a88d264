#pragma once

#include "transport/stream.hpp"

#include <chrono>
#include <optional>
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
        if (kept_.empty())
            return std::nullopt;
        std::optional<stream> last(std::move(kept_.back().connection));
        kept_.pop_back();
        return last;
    }

    void keep(stream s) { kept_.push_back({std::move(s), std::chrono::steady_clock::now()}); }

private:
    /// Below the time after which servers and routers end what is idle.
    static constexpr std::chrono::seconds longest{4};

    struct kept_stream {
        stream connection;
        std::chrono::steady_clock::time_point since;
    };

    std::vector<kept_stream> kept_; // In the order they were kept.
};

} // namespace avatar::transport
