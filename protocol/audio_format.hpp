#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

/// The audio that the service takes. Facts from its public client SDKs
/// (avatar-sdk-go, avatarkit).
namespace avatar::protocol {

/// How speech is encoded; the numbers are the wire's.
enum class audio_format : std::int32_t {
    pcm_s16le = 0, ///< Mono, signed 16-bit, little-endian.
    ogg_opus = 1,  ///< One continuous Ogg Opus stream a request.
};

/// Sample rates of PCM that the service takes, in Hz.
inline constexpr std::array pcm_rates = {8000, 16000, 22050, 24000, 32000, 44100, 48000};

/// Sample rates of Ogg Opus that the service takes, in Hz.
inline constexpr std::array ogg_opus_rates = {8000, 12000, 16000, 24000, 48000};

/// Whether the service takes PCM at `rate` Hz.
constexpr bool accepts_pcm_rate(int rate) {
    return std::ranges::find(pcm_rates, rate) != pcm_rates.end();
}

/// Whether the service takes Ogg Opus at `rate` Hz.
constexpr bool accepts_ogg_opus_rate(int rate) {
    return std::ranges::find(ogg_opus_rates, rate) != ogg_opus_rates.end();
}

/// "8000, 16000, 22050" for error texts.
inline std::string rates_as_text(std::span<const int> rates) {
    std::string text;
    for (auto rate : rates)
        text += (text.empty() ? "" : ", ") + std::to_string(rate);
    return text;
}

} // namespace avatar::protocol
