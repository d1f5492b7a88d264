#pragma once

#include "emulator/fault_source.hpp"
#include "transport/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

using steady_time = std::chrono::steady_clock::time_point;

/// The frames that answer one request, and when they are due. All frames but
/// the last are the same bytes. It may begin before the audio has ended, and
/// grow with it.
struct animation {
    std::string request_id;
    transport::shared_bytes frame; ///< Encoded, with end = false.
    transport::shared_bytes last;  ///< Encoded, with end = true.
    std::chrono::nanoseconds interval{0};
    steady_time next;         ///< When the next frame is due, if there is one.
    std::size_t planned = 0;  ///< Frames before the last that the audio is worth so far.
    std::size_t sent = 0;     ///< Of all frames.
    bool ended = false;       ///< The audio is complete: the last frame follows the planned ones.
    std::size_t foreseen = 1; ///< Frames that it was worth when it began.
    double luck = 0.0;        ///< See frame_place.
};

/// A frame whose time has come.
struct due_frame {
    std::string_view request_id;
    const transport::shared_bytes& bytes;
    frame_place place;
};

/// An animation that a fault has ended.
struct broken_animation {
    std::string request_id;
    const fault* wrong = nullptr;
};

/// The animations of one session, paced. Holds no timer: its owner asks when
/// the next frame is due and comes back then. A frame that is late does not
/// move those after it.
class frame_schedule {
public:
    /// Sends a frame. Null when the animation goes on, else the fault that ends it
    /// and takes the place of the frame.
    using send_frame = std::function<const fault*(const due_frame&)>;

    void add(animation a);

    /// The animation of a request; null when there is none. Valid until the
    /// schedule is changed.
    animation* find(std::string_view request_id);

    bool empty() const { return animations_.empty(); }

    /// Animations whose audio has ended.
    std::size_t ended() const;

    /// When the next frame is due; nothing when none is.
    std::optional<steady_time> next() const;

    /// Sends every frame that is due at `now`. Gives the animations that broke off
    /// instead; they are forgotten.
    std::vector<broken_animation> send_due(steady_time now, const send_frame& send);

    /// Ends an animation, whatever was still to come. Gives its last frame; null
    /// when there is none of that request.
    transport::shared_bytes cut_short(std::string_view request_id);

    /// Forgets the animation of a request, if there is one.
    void remove(std::string_view request_id);

private:
    // Few at a time, so a plain search is the quickest.
    std::vector<animation> animations_;
};

} // namespace avatar::emulator
