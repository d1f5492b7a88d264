#define CAF_SUITE audio_samples

#include "audio/samples.hpp"

#include "audio/clip.hpp"
#include "audio/decode.hpp"
#include "audio/ogg_opus_stream.hpp"
#include "caf/test/dsl.hpp"

using namespace avatar::audio;
using namespace std::string_literals;

CAF_TEST(samples are little endian) {
    const std::vector<std::int16_t> samples{1, -2, 0x1234, INT16_MAX, INT16_MIN, 0};
    const auto bytes = "\x01\x00\xfe\xff\x34\x12\xff\x7f\x00\x80\x00\x00"s;
    CAF_CHECK(to_bytes(samples) == bytes);
    CAF_CHECK(to_samples(bytes) == samples);
    CAF_CHECK(to_samples(bytes + "\x01") == samples);
    CAF_CHECK(to_samples("\x01").empty());
    CAF_CHECK(to_bytes({}).empty());
}

CAF_TEST(every sample is written and read back) {
    std::vector<std::int16_t> samples;
    for (int sample = INT16_MIN; sample <= INT16_MAX; ++sample)
        samples.push_back(static_cast<std::int16_t>(sample));
    CAF_CHECK(to_samples(to_bytes(samples)) == samples);
}

CAF_TEST(audio that nothing was loaded into is nothing) {
    const loaded_audio loaded;
    CAF_CHECK(loaded.clip == avatar::audio_clip());
    CAF_CHECK_EQUAL(loaded.length.count(), 0);
    CAF_CHECK_EQUAL(pcm().sample_rate, 0);
    const ogg_opus_stream stream;
    CAF_CHECK_EQUAL(stream.sample_rate, 0);
    CAF_CHECK_EQUAL(stream.length().count(), 0);
    const opus_header header;
    CAF_CHECK_EQUAL(header.channels + header.pre_skip + header.sample_rate, 0);
    const ogg_page_mark page;
    CAF_CHECK_EQUAL(page.size, 0u);
    CAF_CHECK_EQUAL(page.seconds, 0.0);
    CAF_CHECK(!page.begins_stream);
}
