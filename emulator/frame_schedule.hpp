#pragma once

#include "transport/server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

using steady_time = std::chrono::steady_clock::time_point;

/// The frames that answer one request, and when they are due. All frames but
/// the last are the same bytes.
struct animation {
    std::string request_id;
    transport::shared_bytes frame; ///< Encoded, with end = false.
    transport::shared_bytes last;  ///< Encoded, with end = true.
    std::size_t remaining = 1;     ///< Frames not sent yet, the last included.
    std::chrono::nanoseconds interval{0};
    steady_time next; ///< When the next frame is due.
};

/// The animations of one session, paced. Holds no timer: its owner asks when
/// the next frame is due and comes back then. A frame that is late does not
/// move those after it.
class frame_schedule {
public:
    using send_frame = std::function<void(const transport::shared_bytes&)>;

    void add(animation a);

    bool contains(std::string_view request_id) const;
    bool empty() const { return animations_.empty(); }
    std::size_t size() const { return animations_.size(); }

    /// When the next frame is due; nothing when no animation is under way.
    std::optional<steady_time> next() const;

    /// Sends every frame that is due at `now`.
    void send_due(steady_time now, const send_frame& send);

    /// Ends an animation with its last frame at once, whatever was still to
    /// come. False when there is none of that request.
    bool cut_short(std::string_view request_id, const send_frame& send);

private:
    // Few at a time, so a plain search is the quickest.
    std::vector<animation> animations_;
};

} // namespace avatar::emulator
