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
/// `channel_opened` after `open`, one `exchange_finished` for each `send`, and
/// `channel_closed` as the last event, exactly once, if `open` was called.
class channel {
public:
    virtual ~channel() = default;

    /// Gets a token, connects and agrees the session. Once only.
    virtual void open() = 0;

    /// Sends the whole clip as request `request_id`. One at a time: the next
    /// only after `exchange_finished`.
    virtual void send(std::string request_id, audio_clip audio) = 0;

    /// Nobody waits for the request under way any more: its further frames
    /// count as late. `exchange_finished` still comes when the service is done.
    virtual void abandon() = 0;

    /// Closes with WebSocket code 1000; cuts the connection when the service
    /// does not answer soon.
    virtual void close() = 0;
};

/// Takes a channel's events, on its I/O thread.
using channel_sink = std::function<void(channel_event)>;

/// Makes one channel, not opened yet. Safe from several threads at once.
using channel_factory = std::function<std::unique_ptr<channel>(channel_sink)>;

} // namespace avatar::transport
