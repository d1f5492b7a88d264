// What becomes of the requests of a sink that ends or takes no frames for a while.
#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_frames

using namespace avatar;
using namespace std::chrono_literals;

namespace {

frame_sink_actor::behavior_type generous_sink(frame_sink_actor::pointer) {
    return {[](const animation_frames&) { return frame_credit{1, 1'000}; }};
}

struct pool_frames_fixture : tests::pool_fixture {
    pool_frames_fixture() {
        sink = sys.spawn(generous_sink);
        settings.max_request = 5min;
    }

    void ask_with_sink(const std::string& id, frame_credit window = {256, 1'000'000}) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        request.sink = sink;
        request.window = window;
        ask(pool, request);
    }

    void end_sink() {
        caf::anon_send_exit(sink, caf::exit_reason::kill);
        consume_messages();
    }

    void pause_reading(std::size_t connection, bool paused) {
        service.at(connection).pause_reading(paused);
        consume_messages();
    }

    frame_sink_actor sink;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_frames_tests, pool_frames_fixture)

CAF_TEST(the end of a sink cancels its requests wherever they are and no others) {
    open_pool_of(2);
    ask(pool, "other-1");
    ask_with_sink("running");
    ask_with_sink("waiting");
    ask(pool, "other-2");
    end_sink();
    CAF_CHECK_EQUAL(code_of("running"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("waiting"), "requestCancelled");
    CAF_CHECK_EQUAL(sent(1), (tests::ids{"running", "other-2"}));
    finish(0);
    finish(1);
    CAF_CHECK(result_of("other-1").ok());
    CAF_CHECK(result_of("other-2").ok());
    CAF_CHECK_EQUAL(status().connected, 2u);
}

CAF_TEST(a sink that has ended already cancels each of its requests) {
    open_pool_of(1);
    end_sink();
    ask_with_sink("r-1");
    ask_with_sink("r-2");
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(the end of a sink is nothing to requests that have ended) {
    open_pool_of(1);
    ask_with_sink("r-1");
    finish(0);
    ask(pool, "r-2");
    end_sink();
    CAF_CHECK(!service.at(0).interrupted);
    finish(0);
    CAF_CHECK(result_of("r-2").ok());
}

CAF_TEST(a request on its way back from a lost session is cancelled too) {
    open_pool_of(1);
    ask_with_sink("r-1");
    caf::anon_send_exit(sink, caf::exit_reason::kill);
    service.at(0).die(protocol::failure_code::connection_closed, "gone",
                      /*request_accepted=*/false);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
}

CAF_TEST(a window that is empty at first is refused) {
    open_pool_of(1);
    ask_with_sink("no frames", {0, 1'000});
    ask_with_sink("no bytes", {1, 0});
    CAF_CHECK_EQUAL(describe(result_of("no frames").failure),
                    "the window of its frames is empty: expected credit for at least one frame "
                    "and one byte");
    CAF_CHECK_EQUAL(code_of("no bytes"), "invalidRequest");
    CAF_CHECK(sent(0).empty());
}

CAF_TEST(while reading is paused the request timeout is not running) {
    open_pool_of(1);
    ask_with_sink("r-1");
    after(40s);
    pause_reading(0, true);
    after(100s);
    pause_reading(0, false);
    after(40s);
    CAF_CHECK(results.empty());
    after(5s);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
    CAF_CHECK(service.at(0).abandoned);
}

CAF_TEST(another request is timed out while one is paused) {
    open_pool_of(2);
    ask_with_sink("paused");
    ask(pool, "slow");
    pause_reading(0, true);
    after(45s);
    CAF_CHECK_EQUAL(code_of("slow"), "requestTimeout");
    CAF_CHECK_EQUAL(results.size(), 1u);
}

CAF_TEST(a request that its sink keeps from going on ends at its bound) {
    open_pool_of(1);
    ask_with_sink("r-1");
    pause_reading(0, true);
    after(5min - 1s);
    CAF_CHECK(results.empty());
    after(1s);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
    CAF_CHECK_EQUAL(describe(result_of("r-1").failure), "not over after 5min (pool.max-request)");
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a paused request is cancelled with the others) {
    open_pool_of(2);
    ask_with_sink("paused");
    ask(pool, "running");
    pause_reading(0, true);
    caf::anon_send(pool, cancel_requests{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("paused"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("running"), "requestCancelled");
}

CAF_TEST(a paused request ends like any other) {
    open_pool_of(1);
    ask_with_sink("r-1");
    pause_reading(0, true);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK_EQUAL(status().available, 1u);
    ask_with_sink("r-2");
    pause_reading(0, true);
    die(0);
    CAF_CHECK_EQUAL(status().connected, 0u);
    CAF_CHECK_EQUAL(code_of("r-2"), "connectionClosed");
}

CAF_TEST(a caller that is its own sink and holds a session is watched for both) {
    open_pool_of(2);
    std::uint64_t lease = 0;
    const auto caller = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](const lease_granted& granted) { lease = granted.lease; },
                [](const audio_result&) {},
                [](const animation_frames&) {
                    return frame_credit{1, 1'000};
                }};
    });
    tests::send_as(caller.address(), pool, acquire_session{"both"});
    consume_messages();
    audio_request request;
    request.request_id = "r-1";
    request.sink = caf::actor_cast<frame_sink_actor>(caller);
    tests::send_as(caller.address(), pool, request);
    consume_messages();
    finish(1); // The watch for its frames ends, that for its lease does not.
    CAF_REQUIRE(lease != 0);
    CAF_CHECK_EQUAL(status().leased, 1u);
    caf::anon_send_exit(caller, caf::exit_reason::kill);
    consume_messages();
    service.at(0).answer_check();
    consume_messages();
    CAF_CHECK_EQUAL(status().leased, 0u);
    CAF_CHECK_EQUAL(status().available, 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
