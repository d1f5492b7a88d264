#define CAF_SUITE audio_ogg_opus_stream

#include "audio/ogg_opus_stream.hpp"

#include "caf/test/dsl.hpp"
#include "tests/audio/ogg_pages.hpp"
#include "tests/audio/support.hpp"
#include "tests/support/ogg_opus_clip.hpp"

#include <cstring>
#include <ogg/ogg.h>

using namespace avatar::audio;
using namespace avatar::audio::test;
using namespace std::chrono_literals;

namespace {

std::string refusal_of(std::string file) {
    return error_of([&] { take_ogg_opus(std::move(file)); });
}

/// The stream with another position on its last page, whose checksum is right.
std::string with_last_position(std::string file, std::int64_t position) {
    const auto at = file.rfind("OggS");
    auto* page = reinterpret_cast<unsigned char*>(file.data() + at);
    std::memcpy(page + 6, &position, sizeof position); // Little-endian, as this machine.
    const long header = 27 + page[26];
    ogg_page view{page, header, page + header, static_cast<long>(file.size() - at) - header};
    ogg_page_checksum_set(&view);
    return file;
}

} // namespace

CAF_TEST(a stream is taken byte for byte with its rate and length) {
    for (const int rate : {8'000, 12'000, 16'000, 24'000, 48'000}) {
        const auto file = make_ogg_opus(1.5, rate);
        CAF_CHECK(ogg_opus_header(file));
        const auto stream = take_ogg_opus(file);
        CAF_CHECK(stream.bytes == file);
        CAF_CHECK_EQUAL(stream.sample_rate, rate);
        CAF_CHECK(stream.length() > 1499ms && stream.length() < 1501ms);
    }
}

CAF_TEST(a rate that only was before encoding is played at 48 kHz) {
    for (const std::uint32_t rate : {0u, 1u, 11'025u, 44'100u, 48'001u, 96'000u, 0xffff'ffffu})
        CAF_CHECK_EQUAL(take_ogg_opus(ogg_stream_of({1, 0, rate}, {48'000})).sample_rate, 48'000);
    CAF_CHECK_EQUAL(take_ogg_opus(ogg_stream_of({1, 0, 12'000}, {48'000})).sample_rate, 12'000);
}

CAF_TEST(a header that was changed is none) {
    auto file = make_ogg_opus(0.5, 48'000);
    file[file.find("OpusHead") + 12] ^= 1; // The page's checksum covers it.
    CAF_CHECK_EQUAL(refusal_of(file),
                    "not Ogg Opus: expected a stream that begins with an Opus header");
}

CAF_TEST(what is not mono names the number of channels) {
    for (const int channels : {0, 2, 6, 255})
        CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({channels}, {48'000})),
                        std::to_string(channels) +
                            " channels: expected 1 (mono), or --audio.downmix=true to mix "
                            "them");
}

CAF_TEST(a file is known by its first 64 KiB) {
    const auto file = ogg_stream_of({}, {48'000});
    const auto head = ogg_page_of(body_of({}), 0, begins_stream).size();
    CAF_CHECK(ogg_opus_header(file.substr(0, head)));
    CAF_CHECK(!ogg_opus_header(file.substr(0, head - 1)));
    CAF_CHECK(ogg_opus_header(std::string(65'536 - head, 'x') + file));
    CAF_CHECK(!ogg_opus_header(std::string(65'536 - head + 1, 'x') + file));
}

CAF_TEST(other files are not Ogg Opus) {
    for (const std::string file : {"", "RIFF", "OggS", "OggS with something else in it"}) {
        CAF_CHECK(!ogg_opus_header(file));
        CAF_CHECK_EQUAL(refusal_of(file),
                        "not Ogg Opus: expected a stream that begins with an Opus header");
    }
}

CAF_TEST(a stream that is not whole is refused) {
    const auto file = make_ogg_opus(1.0, 16'000);
    const auto broken = "broken or cut off: expected whole Ogg pages from start to end";
    CAF_CHECK_EQUAL(refusal_of(file.substr(0, file.size() - 1)), broken);
    CAF_CHECK_EQUAL(refusal_of(file + "more"), broken);
    CAF_CHECK_EQUAL(refusal_of("more" + file), broken);
    auto damaged = file;
    damaged[file.size() / 2] ^= 1;
    CAF_CHECK_EQUAL(refusal_of(damaged), broken);
}

CAF_TEST(streams in a row are refused) {
    const auto file = make_ogg_opus(0.5, 16'000);
    CAF_CHECK_EQUAL(refusal_of(file + file),
                    "more than one stream in it: expected one Ogg Opus stream");
}

CAF_TEST(positions that are made up are refused) {
    const auto file = make_ogg_opus(1.0, 16'000);
    CAF_CHECK_EQUAL(refusal_of(with_last_position(file, 48'000LL * 3600 * 24)),
                    "plays for 86400 s by its own word: expected at most 21600 s");
    CAF_CHECK_EQUAL(refusal_of(with_last_position(file, INT64_MAX)).substr(0, 10), "plays for ");
    CAF_CHECK_EQUAL(refusal_of(with_last_position(make_ogg_opus(0.1, 16'000), 48'000 * 60)),
                    "begins in the middle of a longer stream: expected one that begins at 0");
}

CAF_TEST(a stream plays for six hours at most) {
    const std::int64_t limit = 48'000LL * 3600 * 6;
    const auto longest = take_ogg_opus(ogg_stream_of({}, {48'000, limit}));
    CAF_CHECK_EQUAL(longest.length().count(), std::chrono::nanoseconds(6h).count());
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({}, {48'000, limit + 1})),
                    "plays for 21600 s by its own word: expected at most 21600 s");
    // The pre-skip does not play.
    CAF_CHECK_EQUAL(take_ogg_opus(ogg_stream_of({1, 100}, {48'000, limit + 100})).length().count(),
                    std::chrono::nanoseconds(6h).count());
}

CAF_TEST(the first audio ends within 31 seconds) {
    const auto late = "begins in the middle of a longer stream: expected one that begins at 0";
    for (const std::int64_t first : {1, 24'000, 48'000, 31 * 48'000})
        for (const std::int64_t next : {40, 90})
            CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({}, {first, next * 48'000})), "no error");
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({}, {31 * 48'000 + 1})), late);
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({}, {0, 31 * 48'000 + 1})), late);
}

CAF_TEST(a stream without audio is refused) {
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({}, {})), "no samples in it: expected speech");
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({1, 312}, {312})),
                    "no samples in it: expected speech");
    CAF_CHECK_EQUAL(refusal_of(ogg_stream_of({1, 312}, {313})), "no error");
    CAF_CHECK_EQUAL(refusal_of(make_ogg_opus(0.0, 16'000)), "no samples in it: expected speech");
}
