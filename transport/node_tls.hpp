#pragma once

#include "transport/node_credentials.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace avatar::transport {

/// How far a step of a TLS stream got. `again`: when the socket is ready.
enum class tls_progress { done, again, failed };

/// One TLS 1.3 stream on a connected, non-blocking socket, which it does not own: the socket
/// is to live longer. Of one thread. No step waits, throws because of the other side, or
/// raises SIGPIPE; none has a time limit. After one has failed, all fail.
class node_tls {
public:
    struct impl;

    /// For node_credentials.
    explicit node_tls(std::unique_ptr<impl> made);
    ~node_tls();
    node_tls(const node_tls&) = delete;
    node_tls& operator=(const node_tls&) = delete;

    /// Done once both sides are agreed and the other side's certificate is verified. The
    /// connecting side is done before the other has seen its certificate: that it was
    /// refused is what a later step fails with.
    tls_progress handshake();

    /// Reads up to `size` bytes, from one record at most; `count` is 0 unless done. Fails
    /// where the other side has closed. Does first what is left of the handshake.
    tls_progress read(void* into, std::size_t size, std::size_t& count);

    /// Writes up to `size` bytes, one record at most; `count` is 0 unless done. After
    /// `again` the next write begins with the same bytes, from wherever they are then, and
    /// has as many or more. Does first what is left of the handshake.
    tls_progress write(const void* from, std::size_t size, std::size_t& count);

    /// Tells the other side that nothing follows, where the socket takes it at once. Without
    /// it the other side reads that the connection was cut.
    void close();

    /// After `again`: the socket has to be writable; else readable.
    bool wants_write() const;

    /// Bytes that are decrypted and not read: no readiness of the socket announces them.
    std::size_t pending() const;

    /// The other side's name from its certificate, after the handshake: its first DNS name,
    /// else its first IP address, else its common name.
    const std::string& peer() const;

    /// One line: why it failed ("" before).
    const std::string& error() const;

private:
    std::unique_ptr<impl> impl_;
};

} // namespace avatar::transport
