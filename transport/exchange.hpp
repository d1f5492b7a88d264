#pragma once

#include "messages/channel.hpp"
#include "protocol/wire.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace avatar::transport {

/// The one request that is under way on a connection, and what the service has
/// sent for it. Frames are counted here, where they arrive, so that the session
/// hears once a request and not once a frame. No I/O: bytes and times come in.
class exchange {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The audio of `request_id` is sent from `now` on.
    void start(std::string request_id, time_point now);

    /// The last of its audio is sent.
    void audio_ended(time_point now) { audio_ended_ = now; }

    /// Nobody waits for it any more: its further frames count as late.
    void abandon();

    bool under_way() const { return !request_id_.empty(); }
    const std::string& request_id() const { return request_id_; }

    /// Takes an animation frame whose encoded message has `size` bytes. A frame
    /// of any other request is counted as late and dropped. Gives the end of the
    /// exchange when this was its last frame.
    std::optional<exchange_finished> on_frame(const protocol::response_animation& frame,
                                              std::size_t size, time_point now);

    /// The service refused or broke off a request. Gives the end of the exchange
    /// when it was the one under way.
    std::optional<exchange_finished> on_failure(protocol::failure failure, time_point now);

    /// The end of the exchange under way, without another word of the service.
    exchange_finished finish(time_point now, protocol::failure failure = {});

    /// Late frames since they were last told in an `exchange_finished` or here.
    std::uint64_t take_late_frames();

private:
    std::string request_id_; // Empty: none under way.
    bool abandoned_ = false;
    time_point started_;
    time_point audio_ended_;
    std::uint64_t frames_ = 0;
    std::uint64_t bytes_ = 0;
    time_point first_frame_;
    std::uint64_t late_frames_ = 0;
};

} // namespace avatar::transport
