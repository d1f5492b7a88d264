#include "emulator/animation.hpp"

#include "protocol/wire.hpp"

#include <algorithm>
#include <array>
#include <string>

#define CAF_SUITE animation
#include "caf/test/dsl.hpp"

using namespace avatar::emulator;
using namespace std::chrono_literals;
using avatar::protocol::response_animation;

namespace {

const steady_time now = steady_time(1h);

response_animation frame_of(const avatar::transport::shared_bytes& bytes) {
    return std::get<response_animation>(avatar::protocol::decode(*bytes).value());
}

} // namespace

CAF_TEST(frames are counted by the audio and at least one) {
    CAF_CHECK_EQUAL(frame_count(3.0, 10.0), 30u);
    CAF_CHECK_EQUAL(frame_count(0.24, 10.0), 2u);
    CAF_CHECK_EQUAL(frame_count(0.26, 10.0), 3u);
    CAF_CHECK_EQUAL(frame_count(0.0, 10.0), 1u);
    CAF_CHECK_EQUAL(frame_count(60.0, 0.0), 1u);
    CAF_CHECK_EQUAL(frame_count(1e9, 1000.0), 1'000'000u);
}

CAF_TEST(the first frame is due after a share of the audio) {
    avatar::config::emulator_settings settings;
    settings.first_frame = 0.25;
    settings.frame_interval = 20ms;
    settings.frames_per_second_of_audio = 5.0;
    auto a = make_animation("c", "r", 4.0, now, settings);
    CAF_CHECK(a.next == now + 1s);
    CAF_CHECK(a.interval == 20ms);
    CAF_CHECK_EQUAL(a.planned, 0u);
    CAF_CHECK_EQUAL(a.request_id, "r");
    extend(a, 4.0, true, now, settings);
    CAF_CHECK_EQUAL(a.planned, 19u);
    CAF_CHECK(a.ended);
    CAF_CHECK(a.next == now + 1s);
}

CAF_TEST(the number of frames does not depend on how the audio was cut) {
    avatar::config::emulator_settings settings;
    settings.frames_per_second_of_audio = 10.0;
    for (const auto length : {0.0, 0.04, 0.96, 1.0, 1.04, 1.05, 1.06}) {
        auto a = make_animation("c", "r", 0.0, now, settings);
        for (auto arrived = 0.0; arrived < length; arrived += 0.04)
            extend(a, arrived, false, now, settings);
        extend(a, length, false, now, settings);
        CAF_CHECK_EQUAL(a.planned, frame_count(length, 10.0) - 1);
        extend(a, length, true, now, settings);
        CAF_CHECK_EQUAL(a.planned, frame_count(length, 10.0) - 1);
    }
}

CAF_TEST(frames that waited for audio do not catch up) {
    avatar::config::emulator_settings settings;
    auto a = make_animation("c", "r", 0.0, now, settings);
    extend(a, 1.0, false, now + 3s, settings);
    CAF_CHECK(a.next == now + 3s);
    extend(a, 2.0, false, now + 9s, settings);
    CAF_CHECK(a.next == now + 3s);
}

CAF_TEST(frames carry ids and as many bytes of animation as asked for) {
    avatar::config::emulator_settings settings;
    settings.frame_bytes = 1000;
    const auto a = make_animation("conn", "req", 1.0, now, settings);
    const auto frame = frame_of(a.frame);
    CAF_CHECK_EQUAL(std::string(frame.connection_id), "conn");
    CAF_CHECK_EQUAL(std::string(frame.req_id), "req");
    CAF_CHECK(!frame.end);
    CAF_CHECK_EQUAL(frame.animation.size(), 1000u);

    const auto last = frame_of(a.last);
    CAF_CHECK(last.end);
    CAF_CHECK_EQUAL(std::string(last.req_id), "req");
    CAF_CHECK_EQUAL(last.animation.size(), 1000u);
}

CAF_TEST(an end frame ends the request without animation) {
    const auto bytes = make_end_frame("conn", "req");
    const auto frame = frame_of(bytes);
    CAF_CHECK(frame.end);
    CAF_CHECK_EQUAL(std::string(frame.connection_id), "conn");
    CAF_CHECK_EQUAL(std::string(frame.req_id), "req");
    CAF_CHECK_EQUAL(frame.animation.size(), 0u);
}

CAF_TEST(animation is the same in every run and nothing that a compressor makes small) {
    const auto bytes = make_frame("c", "r", 100'000);
    CAF_CHECK(*bytes == *make_frame("c", "r", 100'000));
    const auto frame = frame_of(bytes);
    CAF_CHECK(!frame.end);
    CAF_REQUIRE_EQUAL(frame.animation.size(), 100'000u);
    std::array<int, 256> counts{};
    for (const char byte : frame.animation)
        ++counts[static_cast<unsigned char>(byte)];
    const auto [rarest, most] = std::ranges::minmax(counts);
    CAF_CHECK(rarest > 200 && most < 600); // 390 on average.
}
