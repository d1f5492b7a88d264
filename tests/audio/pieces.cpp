#define CAF_SUITE audio_pieces

#include "audio/pieces.hpp"

#include "caf/test/dsl.hpp"

using namespace avatar::audio;
using namespace std::chrono_literals;

using ends = std::vector<std::uint64_t>;

CAF_TEST(PCM is cut between samples) {
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, 40ms), (ends{1'280, 2'560, 3'200}));
    CAF_CHECK_EQUAL(pcm_pieces(2'560, 16'000, 40ms), (ends{1'280, 2'560}));
    CAF_CHECK_EQUAL(pcm_pieces(2, 16'000, 40ms), (ends{2}));
    // 220.5 samples each: none is lost.
    CAF_CHECK_EQUAL(pcm_pieces(1'764, 22'050, 10ms), (ends{440, 882, 1'322, 1'764}));
}

CAF_TEST(an interval beyond the clip leaves it whole) {
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, 8'760h), (ends{3'200}));
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, nanoseconds::max()), (ends{3'200}));
    // Times 16,000 Hz that would be a quarter of a second beyond 64 bits.
    CAF_CHECK_EQUAL(pcm_pieces(32'000, 16'000, nanoseconds(1LL << 57) + 250ms), (ends{32'000}));
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, 100ms), (ends{3'200}));
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, 101ms), (ends{3'200}));
    CAF_CHECK_EQUAL(pcm_pieces(3'200, 16'000, 99'999'999ns), (ends{3'198, 3'200}));
}

CAF_TEST(Ogg pages go into the piece they fit in) {
    const std::vector<ogg_page_mark> pages{{100, 0.0, true}, {50, 0.0},  {10, 0.02}, {10, 0.04},
                                           {10, 0.06},       {10, 0.08}, {5, 0.09}};
    CAF_CHECK_EQUAL(page_pieces(pages, 40ms), (ends{170, 190, 195}));
}

CAF_TEST(a piece that no page ends in is empty) {
    const std::vector<ogg_page_mark> pages{{100, 0.0, true}, {10, 0.06}, {10, 0.12}};
    CAF_CHECK_EQUAL(page_pieces(pages, 40ms), (ends{100, 110, 120}));
    CAF_CHECK_EQUAL(page_pieces(pages, 20ms), (ends{100, 100, 110, 110, 110, 120}));
}
