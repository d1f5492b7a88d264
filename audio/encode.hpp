#pragma once

#include "decode.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace avatar::config {
struct opus_settings;
}

namespace avatar::audio {

/// Makes one Ogg Opus stream of speech as it comes, a packet on each page, as the service's
/// client SDKs send it: so it can be cut anywhere between packets. Every function throws
/// audio_error when the encoder fails.
class ogg_opus_encoder {
public:
    /// Of mono PCM at `sample_rate` Hz.
    ogg_opus_encoder(std::int32_t sample_rate, const config::opus_settings& settings);
    ~ogg_opus_encoder();
    ogg_opus_encoder(ogg_opus_encoder&&) noexcept;
    ogg_opus_encoder& operator=(ogg_opus_encoder&&) noexcept;

    /// The pages that `pcm` (signed 16-bit little-endian, in any cut) completes, if any.
    std::string encode(std::string_view pcm);

    /// The rest of the stream: the last call. Half a sample at the end is left out.
    std::string finish();

private:
    struct library;
    std::unique_ptr<library> library_;
    std::string half_sample_; // Its first byte, if only that has come.
};

/// All of `audio` as such a stream. Throws audio_error when the encoder fails.
std::string encode_ogg_opus(const pcm& audio, const config::opus_settings& settings);

} // namespace avatar::audio
