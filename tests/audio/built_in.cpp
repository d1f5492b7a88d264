#define CAF_SUITE audio_built_in

#include "audio/built_in.hpp"

#include "audio/clip.hpp"
#include "caf/test/dsl.hpp"
#include "config/settings.hpp"
#include "tests/audio/support.hpp"

#include <algorithm>
#include <cstdlib>

using namespace avatar::audio;
using namespace avatar::audio::test;
using namespace std::chrono_literals;

CAF_TEST(the program carries a whole WAV file) {
    const auto bytes = built_in_speech();
    CAF_CHECK_EQUAL(std::string(bytes.substr(0, 4)), "RIFF");
    CAF_CHECK_EQUAL(std::string(bytes.substr(8, 4)), "WAVE");
    // RIFF states the length of what follows its first eight bytes.
    std::uint32_t stated = 0;
    for (std::size_t i = 0; i < 4; ++i)
        stated |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[4 + i])) << (8 * i);
    CAF_CHECK_EQUAL(stated + 8, bytes.size());
}

CAF_TEST(without a file the clip of the program is loaded) {
    const auto speech = load({});
    CAF_CHECK_EQUAL(speech.clip.format().sample_rate, 16'000);
    CAF_CHECK(speech.length > 3s && speech.length < 4s);
    CAF_CHECK_EQUAL(speech.clip.size() + 44, built_in_speech().size());
    // Speech, not silence.
    const auto samples = samples_of(speech.clip.bytes());
    const auto loud = std::count_if(samples.begin(), samples.end(),
                                    [](int sample) { return std::abs(sample) > 1'000; });
    CAF_CHECK_GREATER(static_cast<std::size_t>(loud), samples.size() / 10);
}
