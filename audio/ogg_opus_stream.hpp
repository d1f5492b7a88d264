#pragma once

#include "audio/ogg_opus_reader.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace avatar::audio {

/// One Ogg Opus stream in memory, as it goes to the service.
struct ogg_opus_stream {
    std::string bytes;
    std::int32_t sample_rate = 0; ///< Hz; one that the service takes.
    std::vector<ogg_page_mark> pages;

    std::chrono::nanoseconds length() const;
};

/// The header of a file that begins as Ogg Opus; else nothing.
std::optional<opus_header> ogg_opus_header(std::string_view file);

/// Takes a whole file, byte for byte, as it is. Its sample rate is the one that
/// its header names where the service takes that, else 48 kHz: the header's is
/// a hint about the time before encoding, every Opus stream plays at 48 kHz
/// (RFC 7845, section 5.1). Throws audio_error: not one mono stream from its
/// first byte to its last, nothing to hear in it.
ogg_opus_stream take_ogg_opus(std::string file);

} // namespace avatar::audio
