#define CAF_SUITE audio_encode

#include "audio/encode.hpp"

#include "audio/ogg_opus_stream.hpp"
#include "audio/samples.hpp"
#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/audio/support.hpp"

#include <cmath>

using namespace avatar;
using namespace avatar::audio;
using namespace avatar::audio::test;
using namespace std::chrono_literals;

namespace {

/// Two seconds of a tone of 440 Hz.
pcm tone(int rate) {
    std::vector<std::int16_t> samples(2 * static_cast<std::size_t>(rate));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(
            10'000 * std::sin(6.283185307 * 440.0 * static_cast<double>(i) / rate));
    return {to_bytes(samples), rate};
}

/// How often a signal rises through zero in a second: the pitch of a tone.
double pitch_of(const pcm& audio) {
    const auto samples = samples_of(audio.bytes);
    int rises = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        rises += samples[i - 1] < 0 && samples[i] >= 0;
    return rises / (static_cast<double>(samples.size()) / audio.sample_rate);
}

ogg_opus_stream encoded(int rate, const config::opus_settings& settings = {}) {
    return take_ogg_opus(encode_ogg_opus(tone(rate), settings));
}

std::int64_t pre_skip_of(const char* application) {
    ogg_opus_reader reader;
    reader.add(encoded(16'000, {.application = application}).bytes);
    return reader.header()->pre_skip;
}

} // namespace

CAF_TEST(what was encoded decodes to the same tone of the same length) {
    for (const int rate : {8'000, 12'000, 16'000, 24'000, 48'000}) {
        const auto stream = encoded(rate);
        CAF_CHECK_EQUAL(stream.sample_rate, rate);
        CAF_CHECK_EQUAL(stream.length().count(), std::chrono::nanoseconds(2s).count());
        const auto decoded = decode(stream.bytes, 1 << 24);
        CAF_CHECK_LESS(std::abs(pitch_of(decoded) - 440.0), 5.0);
    }
}

CAF_TEST(a stream made of pieces in any cut sounds like that of the whole) {
    const auto whole = tone(16'000);
    for (const std::size_t size : {1, 2, 639, 640, 1'283, 50'000}) {
        ogg_opus_encoder encoder(16'000, {});
        std::string stream;
        for (std::size_t at = 0; at < whole.bytes.size(); at += size)
            stream += encoder.encode(std::string_view(whole.bytes).substr(at, size));
        stream += encoder.finish();
        CAF_CHECK(take_ogg_opus(stream).length() == std::chrono::nanoseconds(2s));
        CAF_CHECK_LESS(std::abs(pitch_of(decode(stream, 1 << 24)) - 440.0), 5.0);
    }
}

CAF_TEST(each packet has a page of its own and the length that was asked for) {
    for (const auto frame : {10ms, 20ms, 40ms, 60ms}) {
        const auto stream = encoded(16'000, {.frame = frame});
        // Two pages of headers; each end of an audio page is a frame further.
        const auto& pages = stream.pages;
        CAF_REQUIRE(pages.size() > 12);
        for (std::size_t i = 8; i < 12; ++i) {
            const auto length = pages[i].seconds - pages[i - 1].seconds;
            CAF_CHECK(std::abs(length - std::chrono::duration<double>(frame).count()) < 1e-6);
        }
    }
}

CAF_TEST(a higher bitrate makes a longer stream) {
    const auto low = encoded(48'000, {.bitrate = 8'000}).bytes.size();
    const auto high = encoded(48'000, {.bitrate = 128'000}).bytes.size();
    CAF_CHECK_LESS(4 * low, high);
}

CAF_TEST(every application encodes) {
    for (const auto* application : {"audio", "voip", "restricted_lowdelay"}) {
        const auto stream = encoded(16'000, {.application = application});
        CAF_CHECK_LESS(std::abs(pitch_of(decode(stream.bytes, 1 << 24)) - 440.0), 5.0);
    }
    // Speech has its own filter: what comes out is not the same.
    CAF_CHECK(decode(encoded(16'000, {.application = "voip"}).bytes, 1 << 24).bytes !=
              decode(encoded(16'000, {.application = "audio"}).bytes, 1 << 24).bytes);
    // Without a second guess at the speech the encoder looks less far ahead.
    CAF_CHECK_EQUAL(pre_skip_of("audio"), 312);
    CAF_CHECK_EQUAL(pre_skip_of("restricted_lowdelay"), 120);
}

CAF_TEST(the header says mono without a mapping of channels) {
    const auto stream = encoded(24'000).bytes;
    const auto head = stream.find("OpusHead");
    CAF_CHECK_EQUAL(int(stream[head + 9]), 1);
    CAF_CHECK_EQUAL(int(stream[head + 18]), 0);
}

CAF_TEST(a clip of any number of samples is encoded whole) {
    for (const std::size_t samples : {1u, 159u, 160u, 161u, 15'999u, 16'000u, 16'001u, 40'000u}) {
        const auto stream = take_ogg_opus(
            encode_ogg_opus({to_bytes(std::vector<std::int16_t>(samples, 1'000)), 16'000},
                            config::opus_settings()));
        const auto length = std::chrono::duration<double>(stream.length()).count();
        CAF_CHECK(std::abs(length - static_cast<double>(samples) / 16'000) < 1e-6);
    }
}

CAF_TEST(what the encoder refuses is an error) {
    const auto text = error_of([] { encode_ogg_opus({"ab", 0}, config::opus_settings()); });
    CAF_CHECK(text.starts_with("cannot be encoded to Opus ("));
    CAF_CHECK(text.ends_with(")"));
}
