#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Between PCM as bytes, little-endian on every machine, and as numbers.
namespace avatar::audio {

inline constexpr std::size_t bytes_per_sample = 2;

/// An odd last byte is left out.
inline std::vector<std::int16_t> to_samples(std::string_view bytes) {
    std::vector<std::int16_t> samples(bytes.size() / bytes_per_sample);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto low = static_cast<unsigned char>(bytes[2 * i]);
        const auto high = static_cast<unsigned char>(bytes[2 * i + 1]);
        samples[i] = static_cast<std::int16_t>(low | high << 8);
    }
    return samples;
}

inline void append(std::string& to, std::int16_t sample) {
    const auto bits = static_cast<std::uint16_t>(sample);
    to.push_back(static_cast<char>(bits & 0xff));
    to.push_back(static_cast<char>(bits >> 8));
}

inline std::string to_bytes(const std::vector<std::int16_t>& samples) {
    std::string bytes;
    bytes.reserve(samples.size() * bytes_per_sample);
    for (const auto sample : samples)
        append(bytes, sample);
    return bytes;
}

} // namespace avatar::audio
