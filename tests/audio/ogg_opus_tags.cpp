#define CAF_SUITE audio_ogg_opus_tags

#include "audio/ogg_opus_tags.hpp"

#include "audio/decode.hpp"
#include "audio/ogg_opus_stream.hpp"
#include "caf/test/dsl.hpp"
#include "tests/audio/ogg_pages.hpp"
#include "tests/audio/support.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <cstring>
#include <ogg/ogg.h>
#include <vector>

using namespace avatar::audio;
using namespace avatar::audio::test;

namespace {

constexpr int ogg_serial = 4711;

std::string tags_of_size(std::size_t size) {
    auto packet = "OpusTags" + std::string(8, '\0');
    packet.resize(std::max(size, packet.size()), '\0'); // Padding is allowed behind comments.
    return packet;
}

/// The pages of a file, one by one, as libogg finds them.
std::vector<std::string> pages_of(const std::string& file) {
    ogg_sync_state sync;
    ogg_sync_init(&sync);
    std::memcpy(ogg_sync_buffer(&sync, static_cast<long>(file.size())), file.data(), file.size());
    ogg_sync_wrote(&sync, static_cast<long>(file.size()));
    std::vector<std::string> pages;
    ogg_page page;
    while (ogg_sync_pageout(&sync, &page) == 1)
        pages.emplace_back(std::string(reinterpret_cast<char*>(page.header),
                                       static_cast<std::size_t>(page.header_len)) +
                           std::string(reinterpret_cast<char*>(page.body),
                                       static_cast<std::size_t>(page.body_len)));
    ogg_sync_clear(&sync);
    return pages;
}

/// The same stream, written anew by libogg with that comment header.
std::string with_tags(const std::string& file, const std::string& tags) {
    ogg_stream_state in, out;
    ogg_stream_init(&out, ogg_serial);
    std::string result;
    ogg_page page;
    const auto take_page = [&] {
        result.append(reinterpret_cast<char*>(page.header),
                      static_cast<std::size_t>(page.header_len));
        result.append(reinterpret_cast<char*>(page.body), static_cast<std::size_t>(page.body_len));
    };
    bool begun = false;
    for (auto& bytes : pages_of(file)) {
        auto* start = reinterpret_cast<unsigned char*>(bytes.data());
        const long header = 27 + start[26];
        ogg_page from{start, header, start + header, static_cast<long>(bytes.size()) - header};
        if (!std::exchange(begun, true))
            ogg_stream_init(&in, ogg_page_serialno(&from));
        ogg_stream_pagein(&in, &from);
        ogg_packet packet;
        while (ogg_stream_packetout(&in, &packet) == 1) {
            auto other = tags;
            if (packet.packetno == 1) {
                packet.packet = reinterpret_cast<unsigned char*>(other.data());
                packet.bytes = static_cast<long>(other.size());
            }
            ogg_stream_packetin(&out, &packet);
            const bool is_header = packet.packetno <= 1;
            while (is_header ? ogg_stream_flush(&out, &page) : ogg_stream_pageout(&out, &page))
                take_page();
        }
    }
    while (ogg_stream_flush(&out, &page))
        take_page();
    ogg_stream_clear(&in);
    ogg_stream_clear(&out);
    return result;
}

std::uint32_t page_number(const std::string& page) {
    std::uint32_t number = 0;
    for (int i = 3; i >= 0; --i)
        number = number << 8 | static_cast<unsigned char>(page[18 + static_cast<std::size_t>(i)]);
    return number;
}

std::size_t total_size(const std::vector<std::string>& pages) {
    std::size_t sum = 0;
    for (const auto& page : pages)
        sum += page.size();
    return sum;
}

} // namespace

CAF_TEST(tags of any size are left out and nothing else) {
    const auto file = make_ogg_opus(3.0, 16'000);
    const auto shortest = with_tags(file, tags_of_size(0));
    // Sizes around those at which a packet fills a segment or a page.
    for (const std::size_t size :
         {16u, 254u, 255u, 256u, 65'024u, 65'025u, 65'026u, 65'280u, 130'050u, 3'000'000u}) {
        const auto tagged = with_tags(file, tags_of_size(size));
        CAF_CHECK(opus_tags_size(tagged) > size);
        const auto stripped = without_opus_tags(tagged);
        CAF_CHECK_EQUAL(opus_tags_size(stripped), 27u + 1 + 16);
        CAF_CHECK(decode(stripped, 1 << 20).bytes == decode(tagged, 1 << 20).bytes);
        const auto pages = pages_of(stripped);
        CAF_CHECK_EQUAL(total_size(pages), stripped.size()); // Each checksum is right.
        for (std::size_t i = 0; i < pages.size(); ++i)
            CAF_CHECK_EQUAL(page_number(pages[i]), i);
        CAF_CHECK(take_ogg_opus(stripped).length() == take_ogg_opus(tagged).length());
        CAF_CHECK(stripped == without_opus_tags(shortest));
    }
}

CAF_TEST(a stream without tags has none to leave out) {
    const auto head = ogg_page_of(body_of(opus_head()), 0, begins_stream);
    for (const auto& file : {std::string(), head, head + ogg_page_of("audio", 960)}) {
        CAF_CHECK_EQUAL(opus_tags_size(file), 0u);
        CAF_CHECK_EQUAL(error_of([&] { without_opus_tags(file); }),
                        "no comment header behind the Opus header: expected one to strip");
    }
}

CAF_TEST(tags that share a page with audio are not taken apart) {
    auto shared = ogg_page_of("OpusTags" + std::string(8, '\0') + "audio", 960);
    shared[26] = 2;
    shared.replace(27, 1, "\x10\x05");
    const auto file = ogg_page_of(body_of(opus_head()), 0, begins_stream) + shared;
    CAF_CHECK_EQUAL(error_of([&] { without_opus_tags(file); }),
                    "audio in the pages of its tags: expected pages of their own, or "
                    "--audio.strip-tags=false");
}
