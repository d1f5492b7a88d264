#define CAF_SUITE audio_wav_sizes

#include "audio/wav_sizes.hpp"

#include "audio/decode.hpp"
#include "caf/test/dsl.hpp"
#include "tests/audio/ogg_pages.hpp"
#include "tests/audio/support.hpp"

using namespace avatar::audio;
using namespace avatar::audio::test;

namespace {

constexpr std::uint32_t unknown = 0xffff'ffff;

std::string fmt_chunk(std::uint16_t channels = 1) {
    return "fmt " + little_endian(std::uint32_t(16)) + little_endian(std::uint16_t(1)) +
           little_endian(channels) + little_endian(std::uint32_t(16'000)) +
           little_endian(std::uint32_t(32'000u * channels)) +
           little_endian(std::uint16_t(2 * channels)) + little_endian(std::uint16_t(16));
}

std::string chunk(const std::string& name, std::uint32_t size, const std::string& body) {
    return name + little_endian(size) + body;
}

std::string wav(std::uint32_t riff_size, const std::string& chunks) {
    return "RIFF" + little_endian(riff_size) + "WAVE" + chunks;
}

/// Silence and a bit of it, as no chunk would look.
std::string samples_for_wav(std::size_t bytes) {
    std::string samples(bytes, '\0');
    samples.back() = '\1';
    return samples;
}

/// The samples that are read from it.
std::string samples_in(std::string file, bool downmix = false) {
    correct_wav_sizes(file);
    return decode(file, 1 << 20, downmix).bytes;
}

} // namespace

CAF_TEST(a size that its writer could not know means to the end of the file) {
    const auto samples = samples_for_wav(1000);
    for (const std::uint32_t riff : {0u, 36u, 1036u, 0x7fff'ffffu, unknown})
        for (const std::uint32_t data :
             {0u, 2u, 500u, 1000u, 1001u, 0x7fff'f000u, unknown - 36, unknown}) {
            CAF_CHECK(samples_in(wav(riff, fmt_chunk() + chunk("data", data, samples))) == samples);
            const auto list = chunk("LIST", 4, "INFO");
            CAF_CHECK(samples_in(wav(riff, list + fmt_chunk() + chunk("data", data, samples))) ==
                      samples);
        }
}

CAF_TEST(only whole samples of every channel are taken) {
    const auto one_more = samples_for_wav(1000) + "x";
    CAF_CHECK_EQUAL(samples_in(wav(0, fmt_chunk() + chunk("data", unknown, one_more))).size(),
                    1000u);
    const auto stereo = samples_for_wav(1003);
    CAF_CHECK_EQUAL(samples_in(wav(0, fmt_chunk(2) + chunk("data", 0, stereo)), true).size(), 500u);
}

CAF_TEST(chunks and tags behind the samples are no samples) {
    const auto samples = samples_for_wav(1000);
    for (const auto& behind :
         {chunk("LIST", 4, "INFO"), chunk("id3 ", 3, "abc") + std::string(1, '\0'),
          chunk("LIST", 4, "INFO") + chunk("bext", 2, "ab"), "TAG" + std::string(125, ' '),
          std::string("x")})
        CAF_CHECK(samples_in(wav(0, fmt_chunk() + chunk("data", 1000, samples) + behind)) ==
                  samples);
}

CAF_TEST(RF64 of a pipe is read as well) {
    const auto samples = samples_for_wav(1000);
    auto file = wav(unknown, chunk("ds64", 28, std::string(28, '\0')) + fmt_chunk() +
                                 chunk("data", unknown, samples));
    file.replace(0, 4, "RF64");
    CAF_CHECK(samples_in(file) == samples);
}

CAF_TEST(a file with good sizes and what is no WAV stay as they are) {
    const auto good = wav(1036, fmt_chunk() + chunk("data", 1000, samples_for_wav(1000)));
    for (const std::string& file :
         {good, std::string(), std::string("RIFF"), std::string("RIFF\0\0\0\0AVI data", 16),
          std::string("fLaC and so on"), std::string("RIFX\0\0\0\0WAVE", 12)}) {
        auto corrected = file;
        correct_wav_sizes(corrected);
        CAF_CHECK(corrected == file);
    }
}

CAF_TEST(a broken header is only corrected as far as it goes) {
    const auto good = wav(0, fmt_chunk() + chunk("data", 0, samples_for_wav(100)));
    for (std::size_t size = 0; size <= good.size(); ++size) {
        auto cut = good.substr(0, size);
        correct_wav_sizes(cut);
        CAF_CHECK_EQUAL(cut.size(), size);
    }
    auto endless = wav(0, chunk("odd ", unknown, "x"));
    correct_wav_sizes(endless);
    CAF_CHECK_EQUAL(endless.size(), 21u);
}
