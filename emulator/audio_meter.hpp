#pragma once

#include "audio/ogg_opus_reader.hpp"
#include "protocol/audio_format.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace avatar::emulator {

/// Measures the audio of one request while it arrives. Keeps none of it.
class audio_meter {
public:
    /// `sample_rate` in Hz, above 0.
    audio_meter(protocol::audio_format format, std::int32_t sample_rate);

    void add(std::string_view chunk);

    std::size_t bytes() const { return bytes_; }

    /// How long the audio plays: of PCM by its size, of Ogg Opus by its pages.
    /// Nothing when it should be Ogg Opus and is not; no audio at all is 0.
    std::optional<double> seconds() const;

private:
    std::int32_t sample_rate_;
    std::size_t bytes_ = 0;
    std::optional<audio::ogg_opus_reader> ogg_; ///< Of Ogg Opus only.
};

} // namespace avatar::emulator
