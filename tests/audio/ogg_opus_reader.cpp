#include "audio/ogg_opus_reader.hpp"

#include "tests/audio/ogg_pages.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <cmath>
#include <random>
#include <string>

#define CAF_SUITE ogg_opus_reader
#include "caf/test/dsl.hpp"

using namespace avatar::audio::test;
using avatar::audio::ogg_opus_reader;

namespace {

/// The length found when the stream comes in pieces of at most that size; -1
/// when it is no Opus stream.
double length_of(std::string_view bytes, std::size_t piece = 1 << 20) {
    ogg_opus_reader length;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        length.add(bytes.substr(0, piece));
    return length.seconds().value_or(-1.0);
}

bool close_to(double a, double b) {
    return std::abs(a - b) < 0.001;
}

} // namespace

CAF_TEST(the length is what was encoded at every rate) {
    for (const int rate : {8000, 12000, 16000, 24000, 48000})
        for (const double seconds : {0.1, 1.0, 3.25})
            CAF_CHECK(close_to(length_of(make_ogg_opus(seconds, rate)), seconds));
}

CAF_TEST(the size of the pieces does not matter) {
    const auto clip = make_ogg_opus(2.5, 16000);
    for (const std::size_t piece : {1u, 7u, 27u, 1000u, 4096u})
        CAF_CHECK(close_to(length_of(clip, piece), 2.5));
}

CAF_TEST(a stream cut short has the length of its whole pages) {
    const auto clip = make_ogg_opus(10.0, 16000);
    double previous = 0.0;
    for (std::size_t size = clip.size() / 4; size < clip.size(); size += clip.size() / 4) {
        const auto seconds = length_of(std::string_view(clip).substr(0, size));
        CAF_CHECK(seconds >= previous);
        CAF_CHECK(seconds < 10.0);
        previous = seconds;
    }
    CAF_CHECK(previous > 5.0);
}

CAF_TEST(what is no Ogg Opus stream has no length) {
    CAF_CHECK_EQUAL(length_of(""), -1.0);
    CAF_CHECK_EQUAL(length_of("OggS"), -1.0);
    CAF_CHECK_EQUAL(length_of(std::string(100'000, '\0')), -1.0);
    auto renamed = make_ogg_opus(1.0, 16000);
    renamed.replace(renamed.find("OpusHead"), 8, "OpusHeap");
    CAF_CHECK_EQUAL(length_of(renamed), -1.0);
}

CAF_TEST(broken streams do no harm) {
    const auto clip = make_ogg_opus(3.0, 16000);
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        auto broken = clip;
        for (int i = 0; i < 20; ++i)
            broken[random() % broken.size()] = static_cast<char>(random());
        CAF_CHECK(length_of(broken, 1 + random() % 5000) <= 3.001);
    }
}

CAF_TEST(the header is read field by field) {
    for (const auto& head : {opus_head{1, 312, 16'000}, opus_head{2, 0, 0},
                             opus_head{255, 0xffff, 1}, opus_head{0, 0x0102, 0x01020304}}) {
        ogg_opus_reader reader;
        reader.add(ogg_page_of(body_of(head), 0, begins_stream));
        CAF_REQUIRE(reader.header().has_value());
        CAF_CHECK_EQUAL(reader.header()->channels, head.channels);
        CAF_CHECK_EQUAL(reader.header()->pre_skip, head.pre_skip);
        CAF_CHECK_EQUAL(reader.header()->sample_rate, static_cast<std::int32_t>(head.sample_rate));
        CAF_CHECK_EQUAL(reader.seconds().value_or(-1.0), 0.0);
    }
    ogg_opus_reader reader;
    reader.add(ogg_page_of(body_of({1, 0, 0xffff'ffff}), 0, begins_stream));
    CAF_CHECK_EQUAL(reader.header()->sample_rate, INT32_MAX);
}

CAF_TEST(a header that is not whole is none) {
    const auto body = body_of({});
    for (std::size_t size = 0; size <= body.size(); ++size) {
        ogg_opus_reader reader;
        reader.add(ogg_page_of(body.substr(0, size), 0, begins_stream));
        CAF_CHECK_EQUAL(reader.header().has_value(), size == body.size());
    }
}

CAF_TEST(a header counts on the first page only) {
    ogg_opus_reader reader;
    reader.add(ogg_page_of("other", 0, begins_stream) + ogg_page_of(body_of({}), 0));
    CAF_CHECK(!reader.header());
    reader.add(ogg_page_of("audio", 48'000));
    CAF_CHECK(!reader.seconds());
}

CAF_TEST(each page has its size and ends where its position less the pre - skip is) {
    ogg_opus_reader reader;
    const auto head = ogg_page_of(body_of({1, 480, 16'000}), 0, begins_stream);
    auto pages = reader.add(head);
    CAF_REQUIRE_EQUAL(pages.size(), 1u);
    CAF_CHECK_EQUAL(pages[0].size, head.size());
    CAF_CHECK(pages[0].begins_stream);
    // Position and end in samples; -1 where no packet ends; none goes back.
    for (const auto& [position, end] :
         {std::pair(0, 0), std::pair(479, 0), std::pair(480, 0), std::pair(481, 1),
          std::pair(48'480, 48'000), std::pair(-1, 48'000), std::pair(24'480, 48'000)}) {
        const auto page = ogg_page_of("audio", position);
        pages = reader.add(page);
        CAF_REQUIRE_EQUAL(pages.size(), 1u);
        CAF_CHECK_EQUAL(pages[0].size, page.size());
        CAF_CHECK_EQUAL(pages[0].seconds, end / 48'000.0);
        CAF_CHECK(!pages[0].begins_stream);
        CAF_CHECK_EQUAL(reader.seconds().value_or(-1.0), end / 48'000.0);
    }
}
