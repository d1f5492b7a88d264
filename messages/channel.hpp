#pragma once

#include "../protocol/failure.hpp"
#include "frames.hpp"
#include "inspection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

/// What a channel tells its session. One message a request, not one a frame: frames are
/// counted where they arrive, and come on only where a request asks for them.
namespace avatar {

using std::chrono::nanoseconds;

/// Why a connection is closed, and the WebSocket code that says so (RFC 6455,
/// section 7.4.1).
enum class close_reason : std::uint16_t {
    normal = 1000,     ///< It is not needed any more.
    going_away = 1001, ///< The program stops before its work is done.
};

inline bool is_acceptable(close_reason why) {
    return why == close_reason::normal || why == close_reason::going_away;
}

/// The service confirmed the session; requests may be sent.
struct channel_opened {
    std::string connection_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, channel_opened& x) {
        return inspect_fields(f, x.connection_id);
    }
};

/// Data has come and is not read, as there is no credit for a request's frames; or it is
/// read again. Nothing comes for the time after the request's end.
struct reading_paused {
    std::string request_id;
    bool paused = true;

    template <class Inspector>
    friend auto inspect(Inspector& f, reading_paused& x) {
        return inspect_fields(f, x.request_id, x.paused);
    }
};

/// A live stream has begun, or its latest piece is with the operating system: the next
/// piece may come.
struct audio_wanted {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_wanted& x) {
        return inspect_fields(f, x.request_id);
    }
};

/// The service has finished with a request, whether anybody still waits for it
/// or not.
struct exchange_finished {
    std::string request_id;
    protocol::failure failure; ///< Code `none`: the last frame came.
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    nanoseconds duration{0};               ///< From sending the first audio to this end.
    nanoseconds first_frame{0};            ///< From sending the first audio; 0: no frame came.
    nanoseconds first_frame_after_last{0}; ///< From sending the last; 0 also when it came before.
    /// Frames dropped since the last such message: of abandoned requests, and
    /// of requests this channel does not know.
    std::uint64_t late_frames = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, exchange_finished& x) {
        return inspect_fields(f, x.request_id, x.failure, x.frames, x.bytes, x.duration,
                              x.first_frame, x.first_frame_after_last, x.late_frames);
    }
};

/// The service has answered a check.
struct channel_alive {
    template <class Inspector>
    friend auto inspect(Inspector& f, channel_alive&) {
        return f();
    }
};

/// The connection could not be opened, died, or was closed. The last event of
/// every channel, exactly once.
struct channel_closed {
    protocol::failure failure; ///< Code `none`: closed on our own wish.
    std::uint64_t late_frames = 0;
    /// Whether the service's machine may have taken any byte of the request that
    /// was under way. False: surely none, so another connection may carry it.
    bool request_accepted = true;
    /// Nothing came of the other machine any more. Where a network has forgotten one
    /// connection, it may have forgotten others.
    bool silent = false;

    template <class Inspector>
    friend auto inspect(Inspector& f, channel_closed& x) {
        return inspect_fields(f, x.failure, x.late_frames, x.request_accepted, x.silent);
    }
};

/// `animation_frames`: of a request that asked for them; what one read of the connection
/// brought, or as much of it as there was credit for. All of a request come before its
/// `exchange_finished`, those of an abandoned one not at all.
using channel_event = std::variant<channel_opened, animation_frames, reading_paused, audio_wanted,
                                   exchange_finished, channel_alive, channel_closed>;

} // namespace avatar
