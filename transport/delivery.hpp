#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace avatar::transport {

/// What the kernel knows of a TCP connection.
struct tcp_progress {
    bool established = false;             ///< Neither side has closed or reset it.
    std::uint64_t acknowledged = 0;       ///< Bytes of ours that the other machine has confirmed.
    std::chrono::milliseconds silence{0}; ///< Since the last byte of theirs.
    std::uint64_t unsent = 0;             ///< Bytes of ours that the kernel has yet to send.
    std::uint64_t received = 0;           ///< Bytes of theirs that have come.
    std::uint32_t unconfirmed = 0;        ///< Segments of ours that were sent, and not confirmed.

    /// Something of ours is on its way, or has yet to be sent.
    bool outstanding() const { return unsent > 0 || unconfirmed > 0; }
};

/// Asks the kernel; nothing when it cannot tell. Source: tcp(7), TCP_INFO, with
/// the fields of linux/tcp.h.
std::optional<tcp_progress> progress_of(int socket);

/// Whether either side has begun to end the connection: nothing more is sent on it then.
/// False where the kernel cannot tell.
bool has_ended(const std::optional<tcp_progress>& now);

/// Lets the kernel end a connection, with the error ETIMEDOUT, where nothing that was
/// sent is confirmed, or nothing may be sent, for so long. Source: tcp(7),
/// TCP_USER_TIMEOUT.
void limit_unconfirmed(int socket, std::chrono::milliseconds limit);

/// Whether the other side can have taken any byte that was sent after `before`.
/// It is sure that it has not where the connection had ended by then, or where nothing
/// was confirmed since and it was sent so long ago, `elapsed`, that the confirmation
/// cannot just be late: TCP may delay it for half a second (RFC 1122, section 4.2.3.2).
bool may_have_arrived(const std::optional<tcp_progress>& before,
                      const std::optional<tcp_progress>& at_end, std::chrono::nanoseconds elapsed);

} // namespace avatar::transport
