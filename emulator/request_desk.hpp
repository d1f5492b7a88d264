#pragma once

#include "emulator/audio_meter.hpp"
#include "emulator/frame_schedule.hpp"
#include "emulator/session_error.hpp"
#include "emulator/session_rules.hpp"
#include "protocol/wire.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

/// What a client agreed with the service for one session.
struct session_terms {
    std::string connection_id;
    protocol::audio_format format = protocol::audio_format::pcm_s16le;
    std::int32_t sample_rate = 0; ///< Hz.
    bool egress = false;          ///< Frames go to a room or channel elsewhere.
};

/// The requests of one confirmed session: measures the audio of each, also of
/// several at a time, and answers it with paced frames, which begin while it
/// still arrives. Holds no timer and no connection: its owner brings the time
/// and sends the frames.
class request_desk {
public:
    request_desk(std::shared_ptr<const session_rules> rules, session_terms terms);

    /// Whether no audio and no frames of any request are under way.
    bool is_idle() const { return collecting_.empty() && schedule_.empty(); }

    /// Whether audio or frames of that request are under way.
    bool knows(std::string_view request_id);

    /// Takes a piece of audio and plans the frames that it is worth; send_due
    /// sends them. Nothing when all is well, else why not.
    std::optional<session_error> take(const protocol::audio_input& input, steady_time now);

    /// Stops a request, whether its audio has ended or not. Gives the frame with
    /// end = true that is to go out at once, so that who waits for the request
    /// learns that it is over; no other will come. Null when the request is not
    /// known, or over already, or has no frames.
    transport::shared_bytes interrupt(std::string_view request_id);

    /// Forgets a request and what was still to come for it.
    void drop(std::string_view request_id);

    /// When the next frame is due; nothing when none is to be sent.
    std::optional<steady_time> next_frame() const { return schedule_.next(); }

    /// Sends every frame that is due at `now`. Gives the animations that broke off
    /// instead. `send` must not use the desk.
    std::vector<broken_animation> send_due(steady_time now,
                                           const frame_schedule::send_frame& send) {
        return schedule_.send_due(now, send);
    }

private:
    using requests = std::map<std::string, audio_meter, std::less<>>;

    std::optional<session_error> check_limits(const protocol::audio_input& input);
    void animate(const std::string& request_id, double seconds, bool ended, steady_time now);
    std::optional<session_error> finish(requests::iterator request, steady_time now);

    std::shared_ptr<const session_rules> rules_;
    session_terms terms_;
    requests collecting_;
    frame_schedule schedule_;
};

} // namespace avatar::emulator
