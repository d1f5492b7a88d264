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
/// more than `largest` bytes of PCM.
pcm decode(std::string_view file, std::size_t largest);

} // namespace avatar::audio
