#pragma once

#include "messages/audio.hpp"
#include "messages/channel.hpp"

#include <functional>
#include <memory>
#include <string>

namespace avatar::transport {

/// One connection to the avatar service, as its session sees it. Owned by one
/// session; every function may be called from any thread, returns at once and
/// is carried out on the channel's I/O thread, in order.
///
/// What happens comes back through the sink the channel was made with:
/// `channel_opened` after `open`, one `exchange_finished` for each `send`, one
/// `channel_alive` for each `check`, and `channel_closed` as the last event, exactly
/// once, if `open` was called.
class channel {
public:
    virtual ~channel() = default;

    /// Gets a token, connects and agrees the session. Once only.
    virtual void open() = 0;

    /// Sends the clip as request `request_id`, piece by piece where it is cut.
    /// One at a time: the next only after `exchange_finished`, which comes with
    /// the last frame, or at once with `invalid_request` when the clip is in another
    /// format than the session was agreed for. Where an egress takes the frames elsewhere, it comes
    /// when all audio is with the operating system.
    virtual void send(std::string request_id, audio_clip audio) = 0;

    /// Stops the request under way, if any: no further audio goes out but the piece
    /// that is being written, the service is told next, unless nothing of the request
    /// has gone out, and `exchange_finished` comes at once. Its further frames count as
    /// late.
    virtual void interrupt() = 0;

    /// The same, but `exchange_finished` comes when the service is done with the
    /// request: a sign that it still works.
    virtual void abandon() = 0;

    /// Checks that the service still answers: `channel_alive` comes with its answer to
    /// this very question. Not while a request is under way.
    virtual void check() = 0;

    /// Closes the WebSocket; cuts the connection when the service does not
    /// answer soon.
    virtual void close(close_reason why) = 0;
};

/// Takes a channel's events, on its I/O thread. What it throws ends the channel, as a
/// failure `unknown`; what it throws at the last event is logged.
using channel_sink = std::function<void(channel_event)>;

/// Makes one channel, not opened yet. Safe from several threads at once.
using channel_factory = std::function<std::unique_ptr<channel>(channel_sink)>;

} // namespace avatar::transport
