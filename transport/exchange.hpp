#pragma once

#include "messages/channel.hpp"
#include "protocol/wire.hpp"
#include "transport/frame_window.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::transport {

/// The one request that is under way on a connection, and what the service has
/// sent for it. Frames are counted here, where they arrive, so that the session
/// hears once a request and not once a frame; those of a request that asks for them are
/// gathered until they are taken. No I/O.
class exchange {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `now` is asked when a request starts, gets its first frame and ends, but not
    /// at every frame.
    explicit exchange(time_point (*now)() = std::chrono::steady_clock::now) : now_(now) {}

    /// The audio of `request_id` is sent from now on. With `credit` its frames are
    /// gathered, as long as there is any.
    void start(std::string request_id, const std::optional<frame_credit>& credit = {});

    /// The last of its audio is sent.
    void audio_ended() { audio_ended_ = now_(); }

    /// Nobody waits for it any more: its further frames count as late.
    void abandon();

    bool under_way() const { return !request_id_.empty(); }
    const std::string& request_id() const { return request_id_; }

    /// When the audio of the latest began to go out.
    time_point started() const { return started_; }

    /// Takes an animation frame, and the message that it came in. A frame of any other
    /// request is counted as late and dropped. Returns the end of the exchange when this
    /// was its last frame.
    std::optional<exchange_finished> on_frame(const protocol::response_animation& frame,
                                              std::string_view message);

    /// The frames that were gathered since this was last asked.
    frame_batch take_frames();

    /// More credit for the frames of the request under way.
    void grant(const frame_credit& credit);

    /// Nobody receives the frames of the request under way any more.
    void drop_frames() { wanted_.reset(); }

    /// Whether no further frame may come until there is credit.
    bool out_of_credit() const { return under_way() && wanted_ && wanted_->window.closed(); }

    /// The service refused or broke off a request. Gives the end of the exchange
    /// when it was the one under way.
    std::optional<exchange_finished> on_failure(protocol::failure failure);

    /// The end of the exchange under way, without another word of the service.
    exchange_finished finish(protocol::failure failure = {});

    /// Late frames since they were last told in an `exchange_finished` or here.
    std::uint64_t take_late_frames();

private:
    time_point (*now_)();
    std::string request_id_; // Empty: none under way.
    bool abandoned_ = false;
    time_point started_;
    time_point audio_ended_;
    std::uint64_t frames_ = 0;
    std::uint64_t bytes_ = 0;
    time_point first_frame_;
    std::uint64_t late_frames_ = 0;

    /// Of a request that asks for its frames.
    struct wanted_frames {
        explicit wanted_frames(const frame_credit& credit) : window(credit) {}

        frame_window window;
        std::string gathered;
        std::vector<std::uint64_t> ends; // Of the frames in `gathered`.
    };
    std::unique_ptr<wanted_frames> wanted_;
};

} // namespace avatar::transport
