#define CAF_SUITE audio_resample

#include "audio/resample.hpp"

#include "audio/samples.hpp"
#include "caf/test/dsl.hpp"
#include "tests/audio/support.hpp"

#include <cmath>

using namespace avatar::audio;
using namespace avatar::audio::test;

namespace {

constexpr double tone_hz = 440.0;
constexpr double amplitude = 10'000.0;

double tone_at(std::size_t sample, int rate) {
    return amplitude * std::sin(6.283185307 * tone_hz * static_cast<double>(sample) / rate);
}

/// One second of a tone.
pcm tone(int rate) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(rate));
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(tone_at(i, rate));
    return {to_bytes(samples), rate};
}

} // namespace

CAF_TEST(a tone stays the tone it was) {
    for (const auto& [from, to] : {std::pair(44'100, 16'000), std::pair(8'000, 48'000),
                                   std::pair(11'025, 24'000), std::pair(48'000, 44'100)}) {
        const auto result = resample(tone(from), to, 1 << 20);
        CAF_CHECK_EQUAL(result.sample_rate, to);
        const auto samples = samples_of(result.bytes);
        CAF_CHECK_LESS(std::abs(static_cast<int>(samples.size()) - to), 3);
        double worst = 0;
        for (std::size_t i = samples.size() / 4; i < samples.size() / 2; ++i)
            worst = std::max(worst, std::abs(samples[i] - tone_at(i, to)));
        CAF_CHECK_LESS(worst, amplitude / 500);
    }
}

CAF_TEST(the same rate changes nothing) {
    const auto audio = tone(16'000);
    CAF_CHECK(resample(audio, 16'000, 1 << 20).bytes == audio.bytes);
}

CAF_TEST(the same clip gives the same bytes) {
    CAF_CHECK(resample(tone(44'100), 16'000, 1 << 20).bytes ==
              resample(tone(44'100), 16'000, 1 << 20).bytes);
}

CAF_TEST(a clip of which nothing is left is an error) {
    CAF_CHECK_EQUAL(error_of([] {
                        resample({to_bytes({1, 2, 3, 4, 5}), 192'000}, 8'000, 1 << 20);
                    }),
                    "no samples left of it at 8000 Hz: expected speech");
}

CAF_TEST(what is at the rate already has no limit) {
    CAF_CHECK_EQUAL(resample(tone(8'000), 8'000, 1).bytes.size(), 16'000u);
}

CAF_TEST(a rate that nothing can be converted to is an error) {
    const auto text = error_of([] { resample(tone(8'000), 0, 1 << 20); });
    CAF_CHECK(text.starts_with("cannot be converted to 0 Hz ("));
    CAF_CHECK_EQUAL(text.find("no error"), std::string::npos);
}

CAF_TEST(a result up to the limit is made) {
    const pcm audio{to_bytes(std::vector<std::int16_t>(1'000, 100)), 8'000};
    // Two thousand samples, and room for sixteen more.
    CAF_CHECK_EQUAL(resample(audio, 16'000, 2 * 2'016).bytes.size(), 4'000u);
    CAF_CHECK_EQUAL(error_of([&] { resample(audio, 16'000, 2 * 2'016 - 1); }),
                    "too long at 16000 Hz: expected at most 0 MiB as 16-bit PCM");
}

CAF_TEST(a result beyond the limit is an error) {
    CAF_CHECK_EQUAL(error_of([] {
                        resample({std::string(2'000, '\0'), 1}, 48'000, 64 * 1024 * 1024);
                    }),
                    "too long at 48000 Hz: expected at most 64 MiB as 16-bit PCM");
    CAF_CHECK_EQUAL(error_of([] { resample(tone(8'000), 48'000, 1 << 16); }),
                    "too long at 48000 Hz: expected at most 0 MiB as 16-bit PCM");
}
