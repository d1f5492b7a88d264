#include "actors/pool/held_audio.hpp"

#include "tests/support/dsl.hpp"

#include <string>

#define CAF_SUITE held_audio

using namespace avatar;

CAF_TEST(a buffer counts once for as long as anybody holds it) {
    const audio_clip shared(std::string(100, 'a'));
    const audio_clip other(std::string(10, 'b'));
    held_audio held;
    CAF_CHECK_EQUAL(held.bytes(), 0u);
    CAF_CHECK_EQUAL(held.bytes_with(shared), 100u);
    held.add(shared);
    held.add(shared);
    CAF_CHECK_EQUAL(held.bytes(), 100u);
    CAF_CHECK_EQUAL(held.bytes_with(shared), 100u);
    CAF_CHECK_EQUAL(held.bytes_with(other), 110u);
    held.add(other);
    held.remove(shared);
    CAF_CHECK_EQUAL(held.bytes(), 110u);
    held.remove(shared);
    CAF_CHECK_EQUAL(held.bytes(), 10u);
    CAF_CHECK_EQUAL(held.bytes_with(shared), 110u); // Nobody holds it any more.
    held.add(shared);
    CAF_CHECK_EQUAL(held.bytes(), 110u);
}
