#pragma once

#include <cstdint>
#include <ogg/ogg.h>
#include <string>
#include <string_view>

/// Ogg pages, made byte by byte: RFC 3533, section 6, and RFC 7845, section 5.1.
namespace avatar::audio::test {

template <class Number>
std::string little_endian(Number number) {
    std::string result;
    for (std::size_t i = 0; i < sizeof number; ++i)
        result += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff);
    return result;
}

struct opus_head {
    int channels = 1;
    std::uint16_t pre_skip = 0;
    std::uint32_t sample_rate = 16'000;
};

inline std::string body_of(opus_head head) {
    return std::string("OpusHead\x01") + static_cast<char>(head.channels) +
           little_endian(head.pre_skip) + little_endian(head.sample_rate) + std::string(3, '\0');
}

constexpr int begins_stream = 2;

/// A page of one packet, whose checksum is right.
inline std::string ogg_page_of(const std::string& body, std::int64_t position, int flags = 0) {
    const std::string lacing =
        std::string(body.size() / 255, '\xff') + static_cast<char>(body.size() % 255);
    auto header = std::string("OggS") + '\0' + static_cast<char>(flags) + little_endian(position) +
                  std::string(12, '\0') + static_cast<char>(lacing.size()) + lacing;
    auto packet = body;
    ogg_page page{reinterpret_cast<unsigned char*>(header.data()), static_cast<long>(header.size()),
                  reinterpret_cast<unsigned char*>(packet.data()),
                  static_cast<long>(packet.size())};
    ogg_page_checksum_set(&page);
    return header + packet;
}

/// A stream whose pages of audio end at those positions.
inline std::string ogg_stream_of(opus_head head, std::initializer_list<std::int64_t> positions) {
    auto stream = ogg_page_of(body_of(head), 0, begins_stream) + ogg_page_of("OpusTags", 0);
    for (const auto position : positions)
        stream += ogg_page_of("audio", position);
    return stream;
}

} // namespace avatar::audio::test
