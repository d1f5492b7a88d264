#pragma once

#include "audio/decode.hpp"

namespace avatar::audio {

/// The same speech at `rate` Hz, in high quality. Throws audio_error when the
/// resampler fails, or the result would be larger than `largest` bytes.
pcm resample(const pcm& audio, std::int32_t rate, std::size_t largest);

} // namespace avatar::audio
