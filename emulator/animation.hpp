#pragma once

#include "config/settings.hpp"
#include "emulator/frame_schedule.hpp"

#include <string>

namespace avatar::emulator {

/// Frames that answer audio of that length: as many as the settings ask for a
/// second of it, rounded, at least 1, at most 1,000,000.
std::size_t frame_count(double seconds, double frames_per_second);

/// The animation of a request of which `seconds` of audio have arrived at
/// `now`: the first frame comes after `first_frame` times that length, then one
/// every `frame_interval`, each with `frame_bytes` of animation. No frames are
/// planned yet: see extend.
animation make_animation(const std::string& connection_id, const std::string& request_id,
                         double seconds, steady_time now,
                         const config::emulator_settings& settings);

/// Plans the frames that `seconds` of audio are worth by `now`; `ended`: no more
/// will come. How the audio was cut into pieces does not change their number.
void extend(animation& a, double seconds, bool ended, steady_time now,
            const config::emulator_settings& settings);

/// A frame of request `request_id` with so many bytes of animation, not its last.
transport::shared_bytes make_frame(const std::string& connection_id, const std::string& request_id,
                                   std::size_t bytes);

/// The one frame that ends request `request_id` without an animation.
transport::shared_bytes make_end_frame(const std::string& connection_id,
                                       const std::string& request_id);

} // namespace avatar::emulator
