#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace avatar::audio {

/// Audio in memory, in the form that the service takes.
struct pcm {
    std::string bytes;            ///< Mono, signed 16-bit little-endian.
    std::int32_t sample_rate = 0; ///< Hz.
};

/// Decodes the bytes of a WAV, FLAC or Ogg file (anything that libsndfile
/// knows), at the file's own sample rate. Samples of other formats are rounded
/// to 16 bits, those beyond full scale clipped. Throws audio_error, its text
/// without the file's name: not audio, more than one channel, nothing in it,
/// more than `largest` bytes of PCM. With `downmix` several channels become one, each
/// sample the mean of theirs, which cannot clip.
pcm decode(std::string_view file, std::size_t largest, bool downmix = false);

/// What is wrong with so many channels, and what would be right.
std::string wrong_channels(int channels);

} // namespace avatar::audio
