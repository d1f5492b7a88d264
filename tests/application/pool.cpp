// Requests of a program without actors, against the emulator over real sockets.
#include "audio/error.hpp"
#include "config/error.hpp"
#include "tests/application/pool_fixture.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <vector>

#define CAF_SUITE application_pool
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t one_second = 32'000; // Of PCM at 16000 Hz, in bytes.

audio_clip second_of_silence() {
    return audio_clip(silence(one_second));
}

std::size_t size_of(const std::vector<std::string_view>& frames) {
    std::size_t bytes = 0;
    for (const auto frame : frames)
        bytes += frame.size();
    return bytes;
}

std::string code_of(const audio_result& result) {
    return std::string(to_string(result.failure.code));
}

// What is spoken is never cut down to the animation of a clip, nor to what both are.
static_assert(!std::is_constructible_v<application::animation, application::live_animation>);
static_assert(!std::is_constructible_v<application::live_animation, application::animation>);
static_assert(!std::is_assignable_v<application::animation&, application::live_animation>);
static_assert(!std::is_assignable_v<application::live_animation&, application::animation>);
static_assert(!std::is_constructible_v<application::any_animation, application::live_animation>);
static_assert(!std::is_assignable_v<application::any_animation&, application::live_animation>);
static_assert(!std::is_assignable_v<application::any_animation&, application::any_animation>);
static_assert(!std::is_destructible_v<application::any_animation>);
static_assert(std::is_nothrow_move_constructible_v<application::animation>);
static_assert(std::is_nothrow_move_assignable_v<application::live_animation>);
static_assert(!std::is_copy_constructible_v<application::animation>);

std::size_t count_frames(application::any_animation& of) {
    std::size_t frames = 0;
    while (of.next())
        ++frames;
    return frames;
}

/// The animation goes to an Agora channel.
config::settings with_egress(config::settings settings) {
    settings.egress.agora.channel_name = "channel";
    settings.egress.agora.token = "token";
    return settings;
}

template <class Exception, class Step>
bool throws(Step step) {
    try {
        step();
        return false;
    } catch (const Exception&) {
        return true;
    }
}

} // namespace

CAF_TEST(a clip brings frames) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto animation = pool.animate(second_of_silence());
    const auto& result = animation.wait();
    CAF_CHECK(result.ok());
    CAF_CHECK_EQUAL(result.frames, 10u);
    CAF_CHECK_EQUAL(animation.frames().size(), 10u);
    CAF_CHECK_EQUAL(size_of(animation.frames()), result.bytes);
    CAF_CHECK(animation.wait_for(0ms));
}

CAF_TEST(the built - in clip is loaded in the format of the pool) {
    const pool_fixture service;
    auto settings = service.settings();
    settings.audio.resample = 24'000;
    settings.audio.encode = "opus";
    application::pool pool(settings);
    const auto clip = pool.load("");
    CAF_CHECK(clip.format() == pool.format());
    CAF_CHECK(clip.format().encoding == protocol::audio_format::ogg_opus);
    CAF_CHECK_EQUAL(clip.format().sample_rate, 24'000);
    CAF_CHECK(pool.animate(clip).wait().ok());
    CAF_CHECK(throws<audio::audio_error>([&] { pool.load("/there/is/none.wav"); }));
}

CAF_TEST(frames are taken one by one as they come) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto animation = pool.animate(second_of_silence());
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (const auto frame = animation.next()) {
        bytes += frame->size();
        ++count;
    }
    CAF_CHECK(!animation.next());
    CAF_CHECK_EQUAL(count, 10u);
    CAF_CHECK_EQUAL(bytes, animation.wait().bytes);
    CAF_CHECK(animation.frames().empty());
}

CAF_TEST(what was not taken is still listed) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto animation = pool.animate(second_of_silence());
    animation.wait();
    const auto all = animation.frames();
    const auto first = animation.next();
    CAF_REQUIRE(first);
    CAF_CHECK_EQUAL(*first, all[0]);
    const auto rest = animation.frames();
    CAF_REQUIRE_EQUAL(rest.size(), 9u);
    CAF_CHECK_EQUAL(rest[0], all[1]);
}

CAF_TEST(a callback runs on the thread that asked for it) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto animation = pool.animate(second_of_silence());
    std::size_t here = 0;
    const auto& result = animation.for_each([&, me = std::this_thread::get_id()](std::string_view) {
        here += std::this_thread::get_id() == me ? 1 : 0;
    });
    CAF_CHECK(result.ok());
    CAF_CHECK_EQUAL(here, 10u);
}

CAF_TEST(an exception of a callback comes through and leaves the pool usable) {
    const pool_fixture service;
    application::pool pool(service.settings());
    const auto fail = [&] {
        pool.animate(second_of_silence()).for_each([](std::string_view) {
            throw std::out_of_range("mine");
        });
    };
    CAF_CHECK(throws<std::out_of_range>(fail));
    CAF_CHECK(pool.animate(second_of_silence()).wait().ok());
}

CAF_TEST(more than is collected waits until some is taken) {
    auto large = pool_fixture::fast();
    large.frame_bytes = 1024 * 1024;
    large.frame_interval = 5ms; // So that only what is not taken makes the service wait.
    const pool_fixture service(large);
    application::pool pool(service.settings());
    auto animation = pool.animate(audio_clip(silence(68 * one_second / 10))); // As many MB.
    const auto full = application::animation::most_collected;
    while (size_of(animation.frames()) < full)
        CAF_REQUIRE(!animation.wait_for(5ms));
    CAF_CHECK(!animation.wait_for(200ms));
    CAF_CHECK(size_of(animation.frames()) < full + 3 * large.frame_bytes);
    std::size_t bytes = 0;
    const auto& result = animation.for_each([&](std::string_view frame) { bytes += frame.size(); });
    CAF_CHECK(result.ok());
    CAF_CHECK_EQUAL(result.frames, 68u);
    CAF_CHECK_EQUAL(bytes, result.bytes);
}

CAF_TEST(threads share a pool) {
    const pool_fixture service;
    application::pool pool(service.settings(3));
    std::atomic<int> ok = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int request = 0; request < 10; ++request)
                ok += pool.animate(second_of_silence()).wait().ok() ? 1 : 0;
        });
    for (auto& thread : threads)
        thread.join();
    CAF_CHECK_EQUAL(ok, 80);
    const auto now = pool.status();
    CAF_CHECK_EQUAL(now.served, 80u);
    CAF_CHECK_EQUAL(now.connections.size(), 3u);
}

CAF_TEST(speech is heard as it is written) {
    const pool_fixture service;
    for (const auto* encode : {"none", "opus"}) {
        auto settings = service.settings();
        settings.audio.encode = encode;
        application::pool pool(settings);
        auto speech = pool.speak();
        for (int i = 0; i < 7; ++i) // In any cut, and some of it larger than the buffer.
            CAF_CHECK(speech.write(silence(i == 3 ? 3 * one_second : 4'001)));
        speech.finish();
        CAF_CHECK(!speech.write("too late"));
        const auto& result = speech.wait();
        CAF_CHECK(result.ok());
        CAF_CHECK(result.streamed);
        CAF_CHECK(result.frames >= 37);
        CAF_CHECK_EQUAL(speech.frames().size(), result.frames);
    }
}

CAF_TEST(with an egress clips and speech are sent and no frames come back) {
    const pool_fixture service;
    for (const auto* encode : {"none", "opus"}) {
        auto settings = with_egress(service.settings());
        settings.audio.encode = encode;
        application::pool pool(settings);
        auto clip = pool.animate(pool.load(""));
        CAF_CHECK(!clip.next());
        CAF_CHECK(clip.wait().ok());
        CAF_CHECK_EQUAL(clip.wait().frames, 0u);

        auto speech = pool.speak();
        for (int i = 0; i < 7; ++i)
            CAF_CHECK(speech.write(silence(i == 3 ? 3 * one_second : 4'001)));
        speech.finish();
        CAF_CHECK(!speech.next());
        const auto& result = speech.wait();
        CAF_CHECK(result.ok());
        CAF_CHECK(result.streamed);
        CAF_CHECK_EQUAL(result.frames, 0u);
        CAF_CHECK(speech.frames().empty());
    }
}

CAF_TEST(with an egress speech that is cancelled leaves its session usable) {
    const pool_fixture service;
    application::pool pool(with_egress(service.settings()));
    auto session = pool.acquire(30s);
    auto first = session.speak();
    CAF_CHECK(first.write(silence(640)));
    first.cancel();
    CAF_CHECK_EQUAL(code_of(first.wait()), "requestInterrupted");
    auto second = session.speak();
    CAF_CHECK(second.write(silence(640)));
    second.finish();
    CAF_CHECK(second.wait().ok());
    CAF_CHECK_EQUAL(second.wait().connection_id, session.connection_id());
}

CAF_TEST(a service without an egress opens no pool that wants one) {
    auto values = pool_fixture::fast();
    values.egress = false;
    const pool_fixture service(values);
    try {
        application::pool pool(with_egress(service.settings()));
        CAF_FAIL("opened");
    } catch (const application::pool_error& e) {
        CAF_CHECK_EQUAL(to_string(e.why().code), "egressUnavailable");
    }
}

CAF_TEST(a cancelled animation is interrupted) {
    config::emulator_settings slow; // In real time.
    const pool_fixture service(slow);
    application::pool pool(service.settings());
    auto animation = pool.animate(audio_clip(silence(60 * one_second)));
    std::thread canceller([&] { animation.cancel(); });
    CAF_CHECK_EQUAL(code_of(animation.wait()), "requestInterrupted");
    canceller.join();
    animation.cancel(); // Of no use any more.
}

CAF_TEST(an animation that nobody holds is cancelled) {
    config::emulator_settings slow;
    const pool_fixture service(slow);
    application::pool pool(service.settings());
    pool.animate(audio_clip(silence(60 * one_second)));
    { auto speech = pool.speak(); }
    CAF_CHECK(pool.animate(audio_clip(silence(640))).wait().ok()); // On the only session.
}

CAF_TEST(who speaks into a request that is over is told) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto speech = pool.speak();
    CAF_CHECK(speech.write(silence(640)));
    speech.cancel();
    CAF_CHECK_EQUAL(code_of(speech.wait()), "requestInterrupted");
    CAF_CHECK(!speech.write(silence(640)));
}

CAF_TEST(both kinds of animation can be taken by reference) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto clip = pool.animate(second_of_silence());
    CAF_CHECK_EQUAL(count_frames(clip), 10u);
    auto live = pool.speak();
    CAF_CHECK(live.write(silence(one_second)));
    live.finish();
    CAF_CHECK_EQUAL(count_frames(live), 10u);
}

CAF_TEST(live animations can be handed on) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto first = pool.speak();
    auto second = std::move(first);
    CAF_CHECK(second.write(silence(one_second)));
    second.finish();
    CAF_CHECK(second.wait().ok());
    second = pool.speak();
    second.finish();
    second.wait();
}

CAF_TEST(an animation can be handed on) {
    const pool_fixture service;
    application::pool pool(service.settings());
    auto first = pool.animate(second_of_silence());
    auto second = std::move(first);
    CAF_CHECK(second.wait().ok());
    second = pool.animate(second_of_silence());
    CAF_CHECK(second.wait().ok());
}

CAF_TEST(settings that cannot be used are refused by name) {
    const pool_fixture service;
    const auto error_of = [](const config::settings& settings) -> std::string {
        try {
            application::pool pool(settings);
            return "no error";
        } catch (const config::config_error& e) {
            return e.what();
        }
    };
    CAF_CHECK_EQUAL(error_of({}),
                    "missing required environment variables: AVATAR_API_KEY, AVATAR_APP_ID, "
                    "AVATAR_CONSOLE_ENDPOINT, AVATAR_INGRESS_ENDPOINT, AVATAR_SESSION_AVATAR_ID");
    auto settings = service.settings();
    settings.audio.sample_rate = 22'050;
    settings.audio.encode = "opus";
    CAF_CHECK_EQUAL(error_of(settings),
                    "audio.resample or audio.sample-rate = 22050: expected a rate that the service "
                    "takes as Ogg Opus: 8000, 12000, 16000, 24000, 48000");
    settings = with_egress(service.settings());
    settings.egress.livekit.url = "wss://livekit";
    CAF_CHECK_EQUAL(error_of(settings), "egress.livekit.url and egress.agora.channel-name exclude "
                                        "each other: expected one egress at most");
    settings = service.settings();
    settings.pool.size = 0;
    CAF_CHECK_EQUAL(error_of(settings).substr(0, 12), "pool.size=0:");
}
