#include "audio/ogg_opus_reader.hpp"

#include "tests/support/ogg_opus_clip.hpp"

#include <cmath>
#include <random>
#include <string>

#define CAF_SUITE ogg_opus_reader
#include "caf/test/dsl.hpp"

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
