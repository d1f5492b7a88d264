#include "tests/actors/pool/session_fixture.hpp"
#include "tests/support/log_capture.hpp"

#define CAF_SUITE session_ends

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;

// What a session tells as it ends, and what it answers afterwards.

CAF_TEST_FIXTURE_SCOPE(session_ends_tests, tests::session_fixture)

CAF_TEST(a result has every figure of its exchange) {
    open();
    sys.spawn([this](caf::event_based_actor* caller) {
        assigned_request assigned;
        assigned.request.request_id = "r-1";
        assigned.request.audio = audio_clip("speech", {3, 6}, 20ms);
        assigned.request.spent = 1s;
        assigned.waited = 2s;
        assigned.spent = 2s;
        caller->request(hdl, caf::infinite, std::move(assigned)).then([this](audio_result& result) {
            results.push_back(std::move(result));
        });
    });
    consume_messages();
    after(5s);
    exchange_finished end;
    end.request_id = "r-1";
    end.frames = 11;
    end.bytes = 12;
    end.duration = 13ms;
    end.first_frame = 14ms;
    end.first_frame_after_last = 15ms;
    end.late_frames = 16;
    connection().sink(end);
    consume_messages();
    const auto& result = result_of("r-1");
    CAF_CHECK_EQUAL(result.frames, 11u);
    CAF_CHECK_EQUAL(result.bytes, 12u);
    CAF_CHECK_EQUAL(result.served, nanoseconds(13ms));
    CAF_CHECK_EQUAL(result.first_frame, nanoseconds(14ms));
    CAF_CHECK_EQUAL(result.first_frame_after_last, nanoseconds(15ms));
    CAF_CHECK_EQUAL(result.waited, nanoseconds(2s));
    CAF_CHECK_EQUAL(result.duration, nanoseconds(10s));
    CAF_CHECK(result.streamed);
    CAF_REQUIRE_EQUAL(heard.idle.size(), 1u);
    CAF_CHECK(heard.idle[0].answered);
    CAF_CHECK_EQUAL(heard.idle[0].late_frames, 16u);
    CAF_CHECK((heard.idle[0].key == session_key{3, 5}));
}

CAF_TEST(what goes back says where it was and how long it took) {
    open();
    ask(hdl, "r-1");
    after(4s);
    connection().die(failure_code::connection_closed, "gone", /*request_accepted=*/false);
    consume_messages();
    ask(hdl, "r-2"); // Crosses with the death.
    CAF_REQUIRE_EQUAL(heard.returned.size(), 2u);
    for (const auto& back : heard.returned) {
        CAF_CHECK_EQUAL(back.failure.request_id, back.assigned.request.request_id);
        CAF_CHECK_EQUAL(back.failure.connection_id, "c-1");
        CAF_CHECK(!back.accepted);
        CAF_CHECK((back.key == session_key{3, 5}));
    }
    CAF_CHECK_EQUAL(heard.returned[0].assigned.spent, nanoseconds(4s));
    CAF_CHECK_EQUAL(heard.returned[1].assigned.spent, nanoseconds(0));
    CAF_CHECK(heard.returned[1].failure.phase == protocol::failure_phase::websocket_send);
}

CAF_TEST(late frames are told once and none is lost) {
    open();
    exchange_finished stray;
    stray.request_id = "unknown";
    stray.late_frames = 2;
    connection().sink(stray);
    consume_messages();
    CAF_CHECK_EQUAL(heard.idle.size(), 0u);
    tell(check_session{});
    connection().answer_check();
    consume_messages();
    CAF_REQUIRE_EQUAL(heard.idle.size(), 1u);
    CAF_CHECK_EQUAL(heard.idle[0].late_frames, 2u);
    CAF_CHECK(!heard.idle[0].answered);
    stray.late_frames = 5;
    connection().sink(stray);
    channel_closed end;
    end.late_frames = 4;
    connection().end(end);
    consume_messages();
    CAF_REQUIRE_EQUAL(heard.closed.size(), 1u);
    CAF_CHECK_EQUAL(heard.closed[0].late_frames, 9u);
}

CAF_TEST(a check while the session is busy does nothing) {
    open();
    ask(hdl, "r-1");
    tell(check_session{});
    CAF_CHECK(!connection().checked);
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
    ask(hdl, "r-2");
    CAF_CHECK_EQUAL(connection().sent.size(), 2u);
}

CAF_TEST(a session that is closed is closed once) {
    open();
    connection().answers_close = false;
    for (int i = 0; i < 2; ++i)
        tell(close_session{close_reason::going_away});
    CAF_CHECK(connection().closed_for == close_reason::going_away);
    connection().end({});
    consume_messages();
    connection().close_asked = false;
    tell(close_session{});
    tell(check_session{});
    tell(cancel_request{"r-1", {}});
    tell(channel_closed{});
    CAF_CHECK(!connection().close_asked);
    CAF_CHECK_EQUAL(heard.closed.size(), 1u);
}

CAF_TEST(nothing is told to an owner that has ended) {
    open();
    connection().answers_close = false;
    end_owner();
    CAF_CHECK(connection().close_asked);
    CAF_CHECK(connection().closed_for == close_reason::going_away);
    ask(hdl, "r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "poolFailed");
    CAF_CHECK_EQUAL(connection().sent.size(), 0u);
    tests::log_capture log;
    connection().die(failure_code::connection_closed, "gone");
    consume_messages();
    CAF_CHECK(!log.more());
    CAF_CHECK_EQUAL(heard.closed.size(), 0u);
}

CAF_TEST(the owner may end after its session) {
    open();
    connection().throws_on_send = true;
    ask(hdl, "r-1");
    CAF_REQUIRE_EQUAL(heard.closed.size(), 1u);
    CAF_CHECK(heard.closed[0].crashed);
    end_owner();
    ask(hdl, "r-2");
    CAF_CHECK_EQUAL(code_of("r-2"), "poolFailed");
}

CAF_TEST(an exception of any type ends the session) {
    spawn_broken();
    ask(hdl, "r-1");
    CAF_REQUIRE_EQUAL(heard.closed.size(), 1u);
    CAF_CHECK(heard.closed[0].crashed);
    CAF_CHECK_EQUAL(heard.closed[0].failure.detail,
                    "the session's actor failed: an exception of a type of its own");
    CAF_CHECK(channel_gone);
    CAF_CHECK(heard.returned.at(0).accepted);
    broken_sink = nullptr;
}

CAF_TEST(a channel that fails to close does not outlive its owner) {
    spawn_broken();
    end_owner();
    CAF_CHECK(channel_gone);
    broken_sink = nullptr;
}

CAF_TEST(a channel that cannot be made is told as a crash) {
    spawn_on([](transport::channel_sink) -> std::unique_ptr<transport::channel> {
        throw std::runtime_error("no channel");
    });
    CAF_REQUIRE_EQUAL(heard.closed.size(), 1u);
    CAF_CHECK(heard.closed[0].crashed);
    tell(close_session{});
    CAF_CHECK_EQUAL(heard.closed.size(), 1u);
}

CAF_TEST(the log says why a connection has ended unless its owner wished it) {
    for (const bool wished : {true, false}) {
        tests::session_fixture f;
        f.open();
        tests::log_capture log;
        if (wished)
            f.tell(close_session{});
        else
            f.connection().die(failure_code::connection_closed, "gone");
        f.consume_messages();
        if (!wished)
            CAF_CHECK_EQUAL(log.next(), "info: slot [3]: connection ended: gone");
        CAF_CHECK(!log.more());
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
