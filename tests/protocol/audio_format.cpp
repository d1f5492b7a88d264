#define CAF_SUITE audio_format

#include "protocol/audio_format.hpp"

#include <caf/test/dsl.hpp>

using namespace avatar::protocol;
using namespace std::string_literals;

CAF_TEST(the rates of the service are accepted and no others) {
    for (auto rate : {8000, 16000, 22050, 24000, 32000, 44100, 48000})
        CAF_CHECK(accepts_pcm_rate(rate));
    for (auto rate : {-16000, 0, 1, 11025, 12000, 15999, 96000})
        CAF_CHECK(!accepts_pcm_rate(rate));
    for (auto rate : {8000, 12000, 16000, 24000, 48000})
        CAF_CHECK(accepts_ogg_opus_rate(rate));
    for (auto rate : {0, 22050, 32000, 44100})
        CAF_CHECK(!accepts_ogg_opus_rate(rate));
}

CAF_TEST(rates are listed for error texts) {
    CAF_CHECK_EQUAL(rates_as_text(pcm_rates), "8000, 16000, 22050, 24000, 32000, 44100, 48000"s);
    CAF_CHECK_EQUAL(rates_as_text(ogg_opus_rates), "8000, 12000, 16000, 24000, 48000"s);
    CAF_CHECK_EQUAL(rates_as_text({}), ""s);
}
