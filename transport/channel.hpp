#pragma once

#include "../messages/audio.hpp"
#include "../messages/channel.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace avatar::transport {

/// One connection to the avatar service, as its session sees it. Owned by one
/// session; every function may be called from any thread, returns at once and
/// is carried out on the channel's I/O thread, in order.
///
/// What happens comes back through the sink the channel was made with:
/// `channel_opened` after `open`, one `exchange_finished` for each `send` and
/// `begin_stream`, after the `animation_frames` and `reading_paused` of one that wants
/// frames, one `channel_alive` for each
/// `check`, and `channel_closed` as the last event, exactly once, if `open` was called.
class channel {
public:
    virtual ~channel() = default;

    /// Gets a token, connects and agrees the session. Once only.
    virtual void open() = 0;

    /// Sends the clip as request `request_id`, piece by piece where it is cut.
    /// One at a time: the next only after `exchange_finished`, which comes with
    /// the last frame, or at once with `invalid_request` when the clip is in another
    /// format than the session was agreed for. Where an egress takes the frames elsewhere,
    /// it comes when all audio is with the operating system.
    ///
    /// With `credit`, its frames come as `animation_frames` as long as there is any. Without
    /// any, the connection is not read: what comes waits, 64 KB at most here and the rest
    /// in the kernel's buffers, until in the end the service has to wait. Its pings are
    /// answered up to the next data only, and an end of the connection is not found until
    /// there is credit or the request ends, which it does as `sink_too_slow` when there is
    /// none for longer than the sink timeout.
    virtual void send(std::string request_id, audio_clip audio,
                      std::optional<frame_credit> credit = std::nullopt) = 0;

    /// Begins request `request_id`, whose audio comes as it is spoken, by `send_piece`: one
    /// for each `audio_wanted`, the first of which comes at once. With none for longer than
    /// the audio timeout the request ends as `audio_timeout`. Else the same as `send`.
    virtual void begin_stream(std::string request_id,
                              std::optional<frame_credit> credit = std::nullopt) = 0;

    /// Sends the next audio of that request; ignored when it is not under way.
    virtual void send_piece(std::string request_id, audio_piece piece) = 0;

    /// More credit for the frames of that request; ignored when it is not under way.
    virtual void grant(std::string request_id, frame_credit credit) = 0;

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
