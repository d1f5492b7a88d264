// Sessions that a program holds for a while.
#include "tests/application/pool_fixture.hpp"

#include <optional>
#include <thread>

#define CAF_SUITE application_sessions
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

std::string failure_of_acquiring(application::pool& pool, std::chrono::milliseconds timeout) {
    try {
        pool.acquire(timeout);
        return "none";
    } catch (const application::pool_error& e) {
        return std::string(to_string(e.why().code));
    }
}

} // namespace

CAF_TEST(the turns of a conversation run on one session) {
    const pool_fixture service;
    application::pool pool(service.settings(3));
    auto session = pool.acquire(30s);
    for (int turn = 0; turn < 3; ++turn) {
        auto animation = session.animate(audio_clip(silence(3'200)));
        CAF_CHECK(animation.wait().ok());
        CAF_CHECK_EQUAL(animation.wait().connection_id, session.connection_id());
    }
    auto speech = session.speak();
    speech.write(silence(3'200));
    speech.finish();
    CAF_CHECK_EQUAL(speech.wait().connection_id, session.connection_id());
}

CAF_TEST(after an interruption the next turn begins at once) {
    config::emulator_settings slow;
    const pool_fixture service(slow);
    application::pool pool(service.settings());
    auto session = pool.acquire(30s);
    auto first = session.animate(audio_clip(silence(1'920'000)));
    first.cancel();
    auto second = session.animate(audio_clip(silence(640)));
    CAF_CHECK(second.wait().ok());
    CAF_CHECK(first.wait().interrupted());
}

CAF_TEST(a session is back with the object that held it) {
    const pool_fixture service;
    application::pool pool(service.settings());
    std::optional<application::session> session = pool.acquire(30s);
    CAF_CHECK_EQUAL(pool.status().leased, 1u);
    CAF_CHECK_EQUAL(failure_of_acquiring(pool, 1ms), "borrowTimeout");
    session.reset();
    CAF_CHECK_EQUAL(failure_of_acquiring(pool, 30s), "none");
    // Nor does the one that was granted too late stay away.
    CAF_CHECK(pool.animate(audio_clip(silence(640))).wait().ok());
    CAF_CHECK_EQUAL(pool.status().leased, 0u);
}

CAF_TEST(a session that is handed on is released once) {
    const pool_fixture service;
    application::pool pool(service.settings(2));
    auto first = pool.acquire(30s);
    auto second = std::move(first);
    first = pool.acquire(30s);
    CAF_CHECK_NOT_EQUAL(first.connection_id(), second.connection_id());
    std::thread([session = std::move(second)]() mutable {
        CAF_CHECK(session.animate(audio_clip(silence(640))).wait().ok());
    }).join();
    CAF_CHECK_EQUAL(pool.status().leased, 1u);
}

CAF_TEST(threads take turns at one session) {
    const pool_fixture service;
    application::pool pool(service.settings());
    std::vector<std::thread> threads;
    std::atomic<int> ok = 0;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            auto session = pool.acquire(30s);
            ok += session.animate(audio_clip(silence(3'200))).wait().ok() ? 1 : 0;
        });
    for (auto& thread : threads)
        thread.join();
    CAF_CHECK_EQUAL(ok, 6);
}

CAF_TEST(a lease that was held for too long is lost) {
    const pool_fixture service;
    auto settings = service.settings();
    settings.pool.max_lease = 10ms;
    application::pool pool(settings);
    auto session = pool.acquire(30s);
    CAF_CHECK_EQUAL(failure_of_acquiring(pool, 30s), "none"); // Once the first is over.
    CAF_CHECK_EQUAL(to_string(session.animate(audio_clip(silence(640))).wait().failure.code),
                    "leaseLost");
}
