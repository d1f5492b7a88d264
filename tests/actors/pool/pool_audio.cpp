// What the pool does for requests whose audio comes as it is spoken.
#include "tests/actors/live_source.hpp"
#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_audio

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct pool_audio_fixture : tests::pool_fixture {
    pool_audio_fixture() {
        source = sys.spawn(tests::live_source, &log);
        settings.max_request = 5min;
    }

    void ask_with_source(const std::string& id, audio_clip clip = {}) {
        audio_request request;
        request.request_id = id;
        request.audio = std::move(clip);
        request.source = source;
        ask(pool, request);
    }

    void say(const std::string& bytes, bool last = false) {
        caf::anon_send(source, std::uint64_t{log.unanswered.size() - 1}, audio_piece{bytes, last});
        consume_messages();
        if (!last)
            service.at(0).take_piece();
        consume_messages();
    }

    tests::source_log log;
    tests::live_source_actor source;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_audio_tests, pool_audio_fixture)

CAF_TEST(the request timeout begins with the last audio) {
    open_pool_of(1);
    ask_with_source("r-1");
    for (int i = 0; i < 10; ++i) {
        after(15s);
        say("speech");
    }
    say("the end", /*last=*/true);
    after(44s);
    CAF_CHECK(results.empty());
    after(1s);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
}

CAF_TEST(a source that speaks on and on ends at the bound) {
    open_pool_of(1);
    ask_with_source("r-1");
    for (int i = 0; i < 20; ++i) {
        after(15s);
        if (results.empty())
            say("speech");
    }
    CAF_CHECK_EQUAL(describe(result_of("r-1").failure), "not over after 5min (pool.max-request)");
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a source may end as soon as it has said its last) {
    open_pool_of(1);
    ask_with_source("r-1");
    say("speech");
    // No message in between: the session has not told the pool that all audio has come.
    caf::anon_send(source, std::uint64_t{1}, audio_piece{"the end", true});
    caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
    consume_messages();
    CAF_CHECK(results.empty());
    CAF_CHECK(service.at(0).audio_ended);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a request without an id is refused) {
    open_pool_of(1);
    ask(pool, "");
    CAF_CHECK_EQUAL(code_of(""), "invalidRequest");
}

CAF_TEST(a source that is killed interrupts what runs and what waits) {
    open_pool_of(1);
    ask_with_source("running");
    ask_with_source("waiting");
    caf::anon_send_exit(source, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("running"), "requestInterrupted");
    CAF_CHECK_EQUAL(code_of("waiting"), "requestInterrupted");
    CAF_CHECK(service.at(0).interrupted);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a request with a clip and a source is refused) {
    open_pool_of(1);
    ask_with_source("r-1", audio_clip("speech"));
    CAF_CHECK_EQUAL(code_of("r-1"), "invalidRequest");
    CAF_CHECK(log.asked.empty());
}

CAF_TEST(an actor may be source and sink of one request) {
    open_pool_of(1);
    const auto both = sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
        return {[self](const next_audio&) { return self->make_response_promise<audio_piece>(); },
                [](const animation_frames&) {
                    return frame_credit{1, 1'000};
                }};
    });
    for (const auto* id : {"running", "waiting"}) {
        audio_request request;
        request.request_id = id;
        request.source = caf::actor_cast<audio_source_actor>(both);
        request.sink = caf::actor_cast<frame_sink_actor>(both);
        ask(pool, request);
    }
    caf::anon_send_exit(both, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("running"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("waiting"), "requestCancelled");
}

CAF_TEST_FIXTURE_SCOPE_END()
