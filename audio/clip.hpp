#pragma once

#include "audio/error.hpp"
#include "messages/audio.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace avatar::config {
struct audio_settings;
}

/// Speech from a file, or from the program itself, to what goes on the wire.
namespace avatar::audio {

/// Speech, ready to send.
struct loaded_audio {
    audio_clip clip;              ///< Mono, signed 16-bit little-endian PCM.
    std::int32_t sample_rate = 0; ///< Hz; one that the service takes.
    std::chrono::nanoseconds length{0};
};

/// Largest file that is read, and most PCM that is kept: 64 MiB.
inline constexpr std::size_t largest_audio = 64 * 1024 * 1024;

/// Loads the file that settings name; without one, the clip built into the
/// program. Files named .pcm or .raw are taken as they are, at the settings'
/// sample rate; all others are decoded (WAV, FLAC, Ogg) and keep their own.
/// Blocks. Throws audio_error.
loaded_audio load(const config::audio_settings& settings);

} // namespace avatar::audio
