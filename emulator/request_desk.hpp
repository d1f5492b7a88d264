#pragma once

#include "emulator/audio_meter.hpp"
#include "emulator/frame_schedule.hpp"
#include "emulator/session_error.hpp"
#include "emulator/session_rules.hpp"
#include "protocol/wire.hpp"

#include <functional>
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
    /// Frames after which every animation breaks off; nothing: none does.
    std::optional<std::size_t> frames_until_fault = {};
};

/// The requests of one confirmed session: measures the audio of each, also of
/// several at a time, and answers it with paced frames, which begin while it
/// still arrives. Holds no timer and no connection: its owner brings the time
/// and sends the frames.
class request_desk {
public:
    /// Frames go out through `send`.
    request_desk(std::shared_ptr<const session_rules> rules, session_terms terms,
                 frame_schedule::send_frame send);

    /// Whether audio or frames of that request are under way.
    bool knows(std::string_view request_id);

    /// Takes a piece of audio and plans the frames that it is worth; send_due
    /// sends them. Nothing when all is well, else why not.
    std::optional<session_error> take(const protocol::audio_input& input, steady_time now);

    /// Stops a request, whether its audio has ended or not: one frame with
    /// end = true goes out at once and no other after it, so that who waits for
    /// the request learns that it is over. A request that is not known, or is
    /// over already, is left alone.
    void interrupt(std::string_view request_id);

    /// Forgets a request and what was still to come for it.
    void drop(std::string_view request_id);

    /// When the next frame is due; nothing when none is to be sent.
    std::optional<steady_time> next_frame() const { return schedule_.next(); }

    /// Sends every frame that is due at `now`. Gives the requests whose
    /// animations broke off instead.
    std::vector<std::string> send_due(steady_time now) { return schedule_.send_due(now, send_); }

private:
    using requests = std::map<std::string, audio_meter, std::less<>>;

    std::optional<session_error> check_limits(const protocol::audio_input& input);
    void animate(const std::string& request_id, double seconds, bool ended, steady_time now);
    std::optional<session_error> finish(requests::iterator request, steady_time now);

    std::shared_ptr<const session_rules> rules_;
    session_terms terms_;
    frame_schedule::send_frame send_;
    requests collecting_;
    frame_schedule schedule_;
};

} // namespace avatar::emulator
