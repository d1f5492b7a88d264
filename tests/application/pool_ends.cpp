// How a pool of a program without actors ends, and what then becomes of what it has given out.
#include "tests/application/pool_fixture.hpp"
#include "tests/support/log_capture.hpp"
#include "transport/logger.hpp"

#include <functional>
#include <future>
#include <optional>
#include <thread>

#define CAF_SUITE application_pool_ends
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

const audio_clip a_minute(silence(1'920'000));

std::string failure_of(const std::function<void()>& step) {
    try {
        step();
        return "none";
    } catch (const application::pool_error& e) {
        return std::string(to_string(e.why().code));
    }
}

} // namespace

CAF_TEST(what runs ends with the pool) {
    const pool_fixture service{config::emulator_settings{}};
    std::optional<application::pool> pool;
    pool.emplace(service.settings(2));
    auto session = pool->acquire(30s);
    auto held = session.animate(a_minute);
    auto other = pool->animate(a_minute);
    auto waiting = pool->animate(a_minute);
    auto speech = pool->speak();
    std::thread waiter([&] { CAF_CHECK(!held.wait().ok()); });
    std::thread speaker([&] {
        while (speech.write(silence(640))) {
        }
    });
    pool.reset();
    waiter.join();
    speaker.join();
    CAF_CHECK(!other.wait().ok());
    CAF_CHECK(!waiting.wait().ok());
    CAF_CHECK(!speech.wait().ok());
    CAF_CHECK(!session.animate(a_minute).wait().ok());
    other.cancel();
}

CAF_TEST(a closed pool says so) {
    const pool_fixture service;
    application::pool pool(service.settings());
    pool.close();
    pool.close();
    CAF_CHECK_EQUAL(failure_of([&] { pool.acquire(30s); }), "poolFailed");
    CAF_CHECK_EQUAL(failure_of([&] { pool.status(); }), "poolFailed");
    CAF_CHECK_EQUAL(to_string(pool.animate(a_minute).wait().failure.code), "poolFailed");
    CAF_CHECK(!pool.speak().wait().ok());
}

CAF_TEST(threads that wait for a session are told of the end) {
    const pool_fixture service;
    application::pool pool(service.settings());
    const auto held = pool.acquire(30s);
    std::string why;
    std::thread waiter([&] { why = failure_of([&] { pool.acquire(30s); }); });
    while (pool.status().waiting == 0) {
    }
    pool.close();
    waiter.join();
    CAF_CHECK_EQUAL(why, "requestCancelled");
}

CAF_TEST(a pool without a service says why) {
    config::settings settings;
    {
        const pool_fixture service;
        settings = service.settings();
    }
    CAF_CHECK_EQUAL(failure_of([&] { application::pool pool(settings); }), "connectionFailed");
}

CAF_TEST(a pool may end on another thread than it began on) {
    const pool_fixture service;
    std::optional<application::pool> pool;
    std::promise<void> made;
    std::promise<void> ended;
    std::thread maker([&] {
        pool.emplace(service.settings());
        made.set_value();
        ended.get_future().wait(); // It lives as long as the pool.
    });
    made.get_future().wait();
    CAF_CHECK(pool->animate(audio_clip(silence(640))).wait().ok());
    pool.reset();
    ended.set_value();
    maker.join();
}

CAF_TEST(what a pool logs goes where the program says) {
    const pool_fixture service;
    auto settings = service.settings();
    settings.pool.max_lease = 1ms; // Taking it back is logged.
    const auto revoked = [&] {
        application::pool pool(settings);
        const auto held = pool.acquire(30s);
        while (pool.status().leased > 0)
            std::this_thread::yield();
    };
    log_capture captured;
    revoked();
    CAF_CHECK(!captured.more());
    transport::log_to(spdlog::default_logger());
    revoked();
    transport::log_to(nullptr);
    CAF_CHECK(captured.next().starts_with("warning: connection ["));
}

CAF_TEST(the last animation may outlive everything else) {
    const pool_fixture service;
    std::optional<application::animation> animation;
    {
        application::pool pool(service.settings());
        animation = pool.animate(audio_clip(silence(3'200)));
        animation->wait();
    }
    CAF_CHECK_EQUAL(animation->frames().size(), 1u);
    std::thread([last = std::move(animation)] {}).join();
}
