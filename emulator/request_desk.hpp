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

namespace avatar::emulator {

/// The requests of one confirmed session: collects the audio of each, also of
/// several at a time, and answers it with paced frames once it has ended. Holds
/// no timer and no connection: its owner brings the time and sends the frames.
class request_desk {
public:
    /// For a session of that connection id and that audio, whose frames go out
    /// through `send`.
    request_desk(std::shared_ptr<const session_rules> rules, std::string connection_id,
                 protocol::audio_format format, std::int32_t sample_rate,
                 frame_schedule::send_frame send);

    /// Takes a piece of audio. With the last one of a request its frames begin;
    /// those due at once are sent before this returns. Nothing when all is
    /// well, else why not.
    std::optional<session_error> take(const protocol::audio_input& input, steady_time now);

    /// Stops a request, whether its audio has ended or not: one frame with
    /// end = true goes out at once and no other after it, so that who waits for
    /// the request learns that it is over. A request that is not known, or is
    /// over already, is left alone.
    void interrupt(std::string_view request_id);

    /// True while frames of a request are still to be sent.
    bool animating() const { return !schedule_.empty(); }

    /// When the next frame is due; nothing when none is to be sent.
    std::optional<steady_time> next_frame() const { return schedule_.next(); }

    /// Sends every frame that is due at `now`.
    void send_due(steady_time now) { schedule_.send_due(now, send_); }

private:
    using requests = std::map<std::string, audio_meter, std::less<>>;

    std::optional<session_error> finish(requests::iterator request, steady_time now);

    std::shared_ptr<const session_rules> rules_;
    std::string connection_id_;
    protocol::audio_format format_;
    std::int32_t sample_rate_; ///< Hz.
    frame_schedule::send_frame send_;
    requests collecting_;
    frame_schedule schedule_;
};

} // namespace avatar::emulator
