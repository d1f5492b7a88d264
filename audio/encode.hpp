#pragma once

#include "audio/decode.hpp"

#include <string>

namespace avatar::config {
struct opus_settings;
}

namespace avatar::audio {

/// Speech as one Ogg Opus stream, a packet on each page, as the service's client
/// SDKs send it: so it can be cut anywhere between packets. Throws audio_error
/// when the encoder fails.
std::string encode_ogg_opus(const pcm& audio, const config::opus_settings& settings);

} // namespace avatar::audio
