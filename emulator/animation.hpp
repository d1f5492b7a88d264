#pragma once

#include "config/settings.hpp"
#include "emulator/frame_schedule.hpp"

#include <string>

namespace avatar::emulator {

/// Frames that answer audio of that length: as many as the settings ask for a
/// second of it, rounded, at least 1, at most 1,000,000.
std::size_t frame_count(double seconds, double frames_per_second);

/// The animation of a request whose `seconds` of audio ended at `now`: the
/// first frame after `first_frame` times the audio's length, then one every
/// `frame_interval`, each with `frame_bytes` of animation.
animation make_animation(const std::string& connection_id, const std::string& request_id,
                         double seconds, steady_time now,
                         const config::emulator_settings& settings);

/// The one frame that ends request `request_id` without an animation.
transport::shared_bytes make_end_frame(const std::string& connection_id,
                                       const std::string& request_id);

} // namespace avatar::emulator
