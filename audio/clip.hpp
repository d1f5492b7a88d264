#pragma once

#include "../messages/audio.hpp"
#include "error.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace avatar::config {
struct audio_settings;
}

/// Speech from a file, or from the program itself, to what goes on the wire.
namespace avatar::audio {

/// Speech, ready to send.
struct loaded_audio {
    audio_clip clip; ///< Mono, in a format and at a rate that the service takes.
    std::chrono::nanoseconds length{0};
    std::size_t tag_bytes = 0; ///< Of the clip: comments and pictures in Ogg Opus.
};

/// Largest file that is read, and most PCM that is kept: 64 MiB.
inline constexpr std::size_t largest_audio = 64 * 1024 * 1024;

/// Loads the file that settings name, which may be a pipe, or "-" for standard input;
/// without one, the clip built into the program. What has no header of a sound file, and
/// is named .pcm, .raw, .s16le, .s16 or .sw or said to be raw, is taken as it is, at the
/// settings' sample rate. Ogg Opus, known by its first bytes, stays as it is, but for its
/// tags where the settings ask for that, unless it is to be resampled or mixed to mono.
/// All others are decoded (WAV, FLAC, Ogg Vorbis) and keep their own rate. Then the clip
/// is resampled, encoded and cut into pieces, as the settings ask. Blocks. Throws
/// audio_error.
loaded_audio load(const config::audio_settings& settings);

/// What the user of that file should know though it can be sent, as one line.
std::optional<std::string> warning_of(const loaded_audio& audio, const std::string& file);

} // namespace avatar::audio
