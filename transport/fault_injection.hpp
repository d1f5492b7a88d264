#pragma once

#include "transport/server.hpp"

namespace avatar::transport {

/// What a server can do wrong to one of its clients on purpose, so that clients are
/// tested against it. Not for a server that serves.
class fault_injection {
public:
    /// Leaves the TCP connection open and does nothing with it: nothing is read or written
    /// any more, pings are not answered, what is queued is dropped. Ends when the
    /// client cuts the connection, or the server stops.
    virtual void go_silent() = 0;

    /// Sends what is queued and the first half of one binary message, as half of
    /// a WebSocket frame; then goes silent.
    virtual void stall(shared_bytes bytes) = 0;

protected:
    ~fault_injection() = default;
};

/// The faults of a WebSocket that a server of this library has accepted. Valid as long as
/// the peer; to be used like it.
fault_injection& faults_of(peer& of);

} // namespace avatar::transport
