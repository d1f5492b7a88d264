// That frames reach the sink of their request, and what becomes of a request whose sink is
// slow.
#include "tests/actors/pool/session_fixture.hpp"

#include <optional>

#define CAF_SUITE session_frames

using namespace avatar;
using namespace std::chrono_literals;

namespace {

using credit_promise = caf::typed_response_promise<frame_credit>;

/// What a sink got, and what it has not answered yet.
struct sink_log {
    std::vector<animation_frames> batches;
    std::vector<credit_promise> unanswered;
};

/// Answers the batch of that number with that credit when it is told to.
using sink_actor = frame_sink_actor::extend<caf::reacts_to<std::uint64_t, frame_credit>>;

sink_actor::behavior_type sink(sink_actor::pointer self, sink_log* log) {
    return {
        [=](const animation_frames& some) {
            log->batches.push_back(some);
            log->unanswered.push_back(self->make_response_promise<frame_credit>());
            return log->unanswered.back();
        },
        [=](std::uint64_t batch, const frame_credit& credit) {
            log->unanswered.at(batch).deliver(credit);
        },
    };
}

struct session_frames_fixture : tests::session_fixture {
    session_frames_fixture() {
        sink_handle = sys.spawn(sink, &log);
        open();
    }

    /// From an actor of its own; what comes back is kept in `results`.
    void ask_with_sink(const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        request.sink = sink_handle;
        request.window = {2, 100};
        ask(hdl, request);
    }

    void frames_come(const std::string& bytes) {
        connection().send_frames(frame_batch(bytes, {bytes.size()}));
        consume_messages();
    }

    void answer(std::uint64_t batch, const frame_credit& credit) {
        caf::anon_send(sink_handle, batch, credit);
        consume_messages();
    }

    sink_log log;
    sink_actor sink_handle;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_frames_tests, session_frames_fixture)

CAF_TEST(frames go to the sink in order and its answers are credit for the channel) {
    ask_with_sink("r-1");
    CAF_REQUIRE(connection().credit.has_value());
    CAF_CHECK_EQUAL(*connection().credit, (frame_credit{2, 100}));
    frames_come("one");
    frames_come("two");
    CAF_REQUIRE_EQUAL(log.batches.size(), 2u);
    CAF_CHECK_EQUAL(log.batches[0].request_id, "r-1");
    CAF_CHECK_EQUAL(log.batches[0].frames, frame_batch("one", {3}));
    CAF_CHECK_EQUAL(log.batches[1].frames, frame_batch("two", {3}));
    CAF_CHECK_EQUAL(*connection().credit, (frame_credit{2, 100}));
    answer(0, {1, 10});
    answer(1, {2, 20});
    CAF_CHECK_EQUAL(*connection().credit, (frame_credit{5, 130}));
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a request without a sink asks for no frames) {
    ask(hdl, "r-1");
    CAF_CHECK(!connection().credit.has_value());
}

CAF_TEST(what comes for a former request goes to no sink) {
    ask_with_sink("r-1");
    frames_come("one");
    connection().finish();
    frames_come("late");
    ask_with_sink("r-2");
    connection().sink(animation_frames{"r-1", frame_batch("late", {4})});
    consume_messages();
    CAF_CHECK_EQUAL(log.batches.size(), 1u);
}

CAF_TEST(credit for a former request is none for the next one of the same id) {
    ask_with_sink("r-1");
    frames_come("one");
    connection().finish();
    consume_messages();
    ask_with_sink("r-1");
    answer(0, {100, 100});
    CAF_CHECK_EQUAL(*connection().credit, (frame_credit{2, 100}));
}

CAF_TEST(the owner hears of pauses of the request in flight only) {
    ask_with_sink("r-1");
    connection().pause_reading(true);
    connection().pause_reading(false);
    connection().sink(reading_paused{"of a former request", true});
    consume_messages();
    CAF_CHECK(heard.paused == (std::vector<bool>{true, false}));
}

CAF_TEST(a request whose sink has frames goes to no other session) {
    ask_with_sink("r-1");
    frames_come("one");
    connection().die(protocol::failure_code::connection_closed, "reset by peer");
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "connectionClosed");
    CAF_CHECK_EQUAL(heard.returned.size(), 0u);
    CAF_CHECK_EQUAL(heard.closed.size(), 1u);
}

CAF_TEST(a failure says what the sink has) {
    ask_with_sink("r-1");
    frames_come("one");
    frames_come("three");
    protocol::failure why;
    why.code = protocol::failure_code::request_interrupted;
    tell(cancel_request{"r-1", why});
    const auto& failed = results.at(0);
    CAF_CHECK(!failed.ok());
    CAF_CHECK_EQUAL(failed.frames, 2u);
    CAF_CHECK_EQUAL(failed.bytes, 8u);
}

CAF_TEST(one whose sink has none yet does) {
    ask_with_sink("r-1");
    connection().die(protocol::failure_code::connection_closed, "reset by peer");
    consume_messages();
    CAF_CHECK_EQUAL(heard.returned.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
