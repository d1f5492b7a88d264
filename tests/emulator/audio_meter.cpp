#include "emulator/audio_meter.hpp"

#include "tests/support/ogg_opus_clip.hpp"

#include <cmath>
#include <string>

#define CAF_SUITE audio_meter
#include "caf/test/dsl.hpp"

using avatar::emulator::audio_meter;
using avatar::protocol::audio_format;

CAF_TEST(PCM is measured by its size) {
    audio_meter meter(audio_format::pcm_s16le, 16'000);
    CAF_CHECK_EQUAL(meter.seconds().value_or(-1.0), 0.0);
    meter.add(std::string(32'000, '\0'));
    meter.add("");
    meter.add(std::string(16'000, '\0'));
    CAF_CHECK_EQUAL(meter.bytes(), 48'000u);
    CAF_CHECK_EQUAL(meter.seconds().value_or(-1.0), 1.5);
}

CAF_TEST(PCM at a higher rate plays shorter) {
    audio_meter meter(audio_format::pcm_s16le, 48'000);
    meter.add(std::string(96'000, '\0'));
    CAF_CHECK_EQUAL(meter.seconds().value_or(-1.0), 1.0);
}

CAF_TEST(Ogg Opus is measured by its pages) {
    audio_meter meter(audio_format::ogg_opus, 16'000);
    CAF_CHECK_EQUAL(meter.seconds().value_or(-1.0), 0.0);
    const auto clip = make_ogg_opus(2.0, 16'000);
    meter.add(clip);
    CAF_CHECK_EQUAL(meter.bytes(), clip.size());
    CAF_CHECK(std::abs(meter.seconds().value_or(-1.0) - 2.0) < 0.001);
}

CAF_TEST(audio that is not the Ogg Opus it should be has no length) {
    audio_meter meter(audio_format::ogg_opus, 16'000);
    meter.add(std::string(32'000, '\0'));
    CAF_CHECK(!meter.seconds());
}
