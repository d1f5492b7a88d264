#include "emulator/animation.hpp"

#include "protocol/wire.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>

namespace avatar::emulator {
namespace {

constexpr double max_frames = 1'000'000.0;

/// What stands in for animation: bytes that no compressor makes small and that
/// are the same in every run.
std::string make_payload(std::size_t size) {
    std::string payload(size, '\0');
    std::uint32_t state = 1;
    for (auto& byte : payload) {
        state = state * 1'664'525u + 1'013'904'223u;
        byte = static_cast<char>(state >> 24);
    }
    return payload;
}

transport::shared_bytes encode_frame(const protocol::response_animation& frame) {
    return std::make_shared<const std::string>(protocol::encode(frame));
}

} // namespace

std::size_t frame_count(double seconds, double frames_per_second) {
    return static_cast<std::size_t>(
        std::clamp(std::round(seconds * frames_per_second), 1.0, max_frames));
}

animation make_animation(const std::string& connection_id, const std::string& request_id,
                         double seconds, steady_time now,
                         const config::emulator_settings& settings) {
    const auto payload = make_payload(settings.frame_bytes);
    protocol::response_animation frame{.connection_id = connection_id,
                                       .req_id = request_id,
                                       .end = false,
                                       .animation = payload,
                                       .body = {}};
    animation a;
    a.request_id = request_id;
    a.frame = encode_frame(frame);
    frame.end = true;
    a.last = encode_frame(frame);
    a.interval = settings.frame_interval;
    const std::chrono::duration<double> delay(seconds * settings.first_frame);
    a.next = now + std::chrono::duration_cast<steady_time::duration>(delay);
    return a;
}

void extend(animation& a, double seconds, bool ended, steady_time now,
            const config::emulator_settings& settings) {
    const bool was_waiting = a.sent >= a.planned;
    // The last frame is kept back until the audio has ended.
    a.planned = std::max(a.planned, frame_count(seconds, settings.frames_per_second_of_audio) - 1);
    a.ended = ended;
    // A pause of the audio is none that frames would have to catch up on.
    if (was_waiting)
        a.next = std::max(a.next, now);
}

transport::shared_bytes make_frame(const std::string& connection_id, const std::string& request_id,
                                   std::size_t bytes) {
    const auto payload = make_payload(bytes);
    return encode_frame({.connection_id = connection_id,
                         .req_id = request_id,
                         .end = false,
                         .animation = payload,
                         .body = {}});
}

transport::shared_bytes make_end_frame(const std::string& connection_id,
                                       const std::string& request_id) {
    return encode_frame({.connection_id = connection_id,
                         .req_id = request_id,
                         .end = true,
                         .animation = {},
                         .body = {}});
}

} // namespace avatar::emulator
