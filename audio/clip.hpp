#pragma once

#include "../messages/audio.hpp"
#include "error.hpp"

#include <chrono>
#include <cstddef>

namespace avatar::config {
struct audio_settings;
}

/// Speech from a file, or from the program itself, to what goes on the wire.
namespace avatar::audio {

/// Speech, ready to send.
struct loaded_audio {
    audio_clip clip; ///< Mono, in a format and at a rate that the service takes.
    std::chrono::nanoseconds length{0};
};

/// Largest file that is read, and most PCM that is kept: 64 MiB.
inline constexpr std::size_t largest_audio = 64 * 1024 * 1024;

/// Loads the file that settings name; without one, the clip built into the
/// program. Files named .pcm or .raw are taken as they are, at the settings'
/// sample rate. Ogg Opus, known by its first bytes, stays as it is unless it is
/// to be resampled. All others are decoded (WAV, FLAC, Ogg Vorbis) and keep
/// their own rate. Then the clip is resampled, encoded and cut into pieces, as
/// the settings ask. Blocks. Throws audio_error.
loaded_audio load(const config::audio_settings& settings);

} // namespace avatar::audio
