#define CAF_SUITE audio_decode

#include "audio/decode.hpp"

#include "caf/test/dsl.hpp"
#include "tests/audio/support.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

using namespace avatar::audio;
using namespace avatar::audio::test;

// libsndfile 1.2.0 leaks what it has read of the headers when it refuses an Ogg
// file that ends within them. The leak sanitizer asks for this function by name.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:vorbis_info_init";
}

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

// Writes the samples in a format and decodes the file.
pcm round_trip(const std::vector<float>& samples, sound_format as) {
    const temporary_folder folder;
    const auto path = folder.file("sound");
    write_sound(path, samples, as);
    return decode(read_bytes(path), mebibyte);
}

std::vector<float> tone(std::size_t samples, int rate) {
    std::vector<float> result(samples);
    for (std::size_t i = 0; i < samples; ++i)
        result[i] = 0.5F * std::sin(2.0F * 3.14159265F * 440.0F * float(i) / float(rate));
    return result;
}

// The mean distance from what went in, in steps of 16 bits.
double mean_error(const std::vector<float>& in, const std::vector<int>& out) {
    double sum = 0;
    for (std::size_t i = 0; i < in.size(); ++i)
        sum += std::abs(double(in[i]) * 32768 - out[i]);
    return sum / double(in.size());
}

const std::vector<float> steps = {0.0F,  1.0F / 32768,     -1.0F / 32768, 0.25F,
                                  -0.5F, 32767.0F / 32768, -1.0F};
const std::vector<int> steps_as_16_bit = {0, 1, -1, 8192, -16384, 32767, -32768};

} // namespace

CAF_TEST(16 bits come through unchanged) {
    for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                             SF_FORMAT_AIFF | SF_FORMAT_PCM_16}) {
        // As integers: libsndfile scales floats by 32767 when it writes 16 bits.
        const temporary_folder folder;
        const auto path = folder.file("sound");
        SF_INFO info{};
        info.format = format;
        info.samplerate = 16'000;
        info.channels = 1;
        std::vector<short> samples;
        for (int sample = -32768; sample < 32768; ++sample)
            samples.push_back(static_cast<short>(sample));
        const auto file = sf_open(path.c_str(), SFM_WRITE, &info);
        CAF_REQUIRE(file != nullptr);
        sf_write_short(file, samples.data(), static_cast<sf_count_t>(samples.size()));
        sf_close(file);
        const auto decoded = decode(read_bytes(path), mebibyte);
        CAF_CHECK(samples_of(decoded.bytes) == std::vector<int>(samples.begin(), samples.end()));
        CAF_CHECK_EQUAL(decoded.sample_rate, 16'000);
    }
}

CAF_TEST(floating point is scaled to full scale whatever the loudest sample) {
    for (const int sub : {SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE}) {
        CAF_CHECK_EQUAL(samples_of(round_trip(steps, {SF_FORMAT_WAV | sub}).bytes),
                        steps_as_16_bit);
        CAF_CHECK_EQUAL(samples_of(round_trip({0.25F, -0.125F}, {SF_FORMAT_WAV | sub}).bytes),
                        (std::vector<int>{8192, -4096}));
    }
}

CAF_TEST(samples beyond full scale are clipped) {
    constexpr auto infinity = std::numeric_limits<float>::infinity();
    const auto decoded = round_trip({1.0F, 1.5F, -1.5F, 1e30F, infinity, -infinity, std::nanf("")},
                                    {SF_FORMAT_WAV | SF_FORMAT_FLOAT});
    CAF_CHECK_EQUAL(samples_of(decoded.bytes),
                    (std::vector<int>{32767, 32767, -32768, 32767, 32767, -32768, 0}));
}

CAF_TEST(wider integers are rounded) {
    for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_WAV | SF_FORMAT_PCM_32,
                             SF_FORMAT_FLAC | SF_FORMAT_PCM_24}) {
        const auto decoded = round_trip({0.25F, 8192.75F / 32768, -0.5F}, {format});
        CAF_CHECK_EQUAL(samples_of(decoded.bytes), (std::vector<int>{8192, 8193, -16384}));
    }
}

CAF_TEST(Ogg Vorbis and Ogg Opus are decoded) {
    const auto vorbis = tone(8'000, 16'000);
    const auto decoded = round_trip(vorbis, {SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16'000});
    CAF_CHECK_EQUAL(decoded.sample_rate, 16'000);
    CAF_REQUIRE_EQUAL(decoded.bytes.size(), 2 * vorbis.size());
    CAF_CHECK_LESS(mean_error(vorbis, samples_of(decoded.bytes)), 1'000.0);

    const auto opus = tone(24'000, 48'000);
    const auto from_opus = round_trip(opus, {SF_FORMAT_OGG | SF_FORMAT_OPUS, 48'000});
    CAF_CHECK_EQUAL(from_opus.sample_rate, 48'000);
    CAF_REQUIRE_EQUAL(from_opus.bytes.size(), 2 * opus.size());
    CAF_CHECK_LESS(mean_error(opus, samples_of(from_opus.bytes)), 1'000.0);
}

CAF_TEST(what is not mono names the number of channels) {
    CAF_CHECK_EQUAL(error_of([] {
                        round_trip({0, 0, 0, 0}, {.channels = 2});
                    }),
                    "2 channels: expected 1 (mono), or --audio.downmix=true to mix them");
}

CAF_TEST(a file without samples is an error) {
    CAF_CHECK_EQUAL(error_of([] { round_trip({}, {}); }), "no samples in it: expected speech");
}

CAF_TEST(what is not audio is an error) {
    const auto text = error_of([] { decode("hello, this is text\n", mebibyte); });
    CAF_CHECK(text.starts_with("not audio that can be read ("));
    CAF_CHECK(text.ends_with("): expected WAV, FLAC or Ogg, or raw 16-bit PCM named .pcm or .raw, "
                             "or any name with --audio.raw=true"));
    CAF_CHECK_EQUAL(text.find('\n'), std::string::npos);
}

CAF_TEST(there is a limit on what a small file may unfold to) {
    const std::vector<float> silence(mebibyte / 2);
    CAF_CHECK_EQUAL(round_trip(silence, {SF_FORMAT_FLAC | SF_FORMAT_PCM_16}).bytes.size(),
                    mebibyte);
    const std::vector<float> longer(mebibyte / 2 + 1);
    CAF_CHECK_EQUAL(error_of([&] { round_trip(longer, {SF_FORMAT_FLAC | SF_FORMAT_PCM_16}); }),
                    "too long: expected at most 1 MiB as 16-bit PCM");
}

CAF_TEST(the limit is on the samples that a file unfolds to) {
    for (const std::size_t size : {499u, 500u, 501u, 20'000u}) {
        const temporary_folder folder;
        write_sound(folder.file("sound"), std::vector<float>(size), {});
        const auto file = read_bytes(folder.file("sound"));
        CAF_CHECK_EQUAL(error_of([&] { decode(file, 1'000); }),
                        size <= 500 ? "no error"
                                    : "too long: expected at most 0 MiB as 16-bit PCM");
        CAF_CHECK_EQUAL(decode(file, 40'000).bytes.size(), 2 * size);
    }
    CAF_CHECK_EQUAL(error_of([&] {
                        const temporary_folder folder;
                        write_sound(folder.file("sound"), std::vector<float>(2 * mebibyte / 2 + 1),
                                    {SF_FORMAT_WAV | SF_FORMAT_PCM_U8});
                        decode(read_bytes(folder.file("sound")), 2 * mebibyte);
                    }),
                    "too long: expected at most 2 MiB as 16-bit PCM");
}

CAF_TEST(each sample counts to the last byte of a file) {
    for (std::size_t size = 1; size <= 4; ++size) {
        // Another value each time, so that none is left over from the time before.
        const auto value = 0.125F * static_cast<float>(size);
        const temporary_folder folder;
        write_sound(folder.file("sound"), std::vector<float>(size, value),
                    {SF_FORMAT_WAV | SF_FORMAT_PCM_U8});
        const auto file = read_bytes(folder.file("sound"));
        const auto data = file.find("data") + 8; // Behind the length, which stands first.
        // Without the byte that makes the length of a chunk even, and with it.
        for (const auto end : {data + size, file.size()}) {
            const auto samples = samples_of(decode(file.substr(0, end), mebibyte).bytes);
            CAF_REQUIRE_EQUAL(samples.size(), size);
            for (const int sample : samples)
                CAF_CHECK_LESS(std::abs(static_cast<float>(sample) - value * 32'768), 300.0F);
        }
    }
}

CAF_TEST(a file cut short anywhere is read as far as it goes or refused) {
    for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                             SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
        const temporary_folder folder;
        const auto path = folder.file("sound");
        write_sound(path, tone(800, 16'000), {format});
        const auto whole = read_bytes(path);
        for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
            const auto outcome = error_of([&] {
                const auto decoded = decode(std::string_view(whole).substr(0, size), mebibyte);
                CAF_CHECK_LESS_OR_EQUAL(decoded.bytes.size(), 2 * 800u);
                CAF_CHECK(!decoded.bytes.empty());
            });
            CAF_CHECK(outcome == "no error" || outcome.find("expected") != std::string::npos);
        }
    }
}
