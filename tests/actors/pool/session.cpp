#include "actors/pool/session.hpp"

#include "tests/support/actor_fixture.hpp"

#define CAF_SUITE session

using namespace avatar;

namespace {

/// What the owner of a session has heard, in words.
using diary = std::vector<std::string>;

session_owner_actor::behavior_type owner(session_owner_actor::pointer, diary* heard) {
    return {
        [=](const session_opened& m) { heard->push_back("opened " + m.connection_id); },
        [=](const session_idle& m) {
            heard->push_back("idle, " + std::to_string(m.late_frames) + " late");
        },
        [=](const request_failed& m) {
            heard->push_back("failed: " + std::string(to_string(m.outcome)));
        },
        [=](const request_paused& m) { heard->push_back(m.paused ? "paused" : "resumed"); },
        [=](const returned_request& m) {
            heard->push_back("returned, " + std::string(m.accepted ? "" : "not ") +
                             "accepted: " + std::string(to_string(m.failure.code)));
            audio_result result;
            result.request_id = m.assigned.request.request_id;
            result.failure = m.failure;
            return result;
        },
        [=](const session_closed& m) {
            heard->push_back(std::string(m.crashed ? "crashed: " : "closed: ") +
                             std::string(to_string(m.failure.code)));
        },
    };
}

struct session_fixture : tests::actor_fixture {
    session_fixture() {
        owner_handle = sys.spawn(owner, &heard);
        hdl = sys.spawn(session, session_key{0, 1}, owner_handle, service.factory());
        consume_messages();
    }

    ~session_fixture() override { wind_down(); }

    tests::scripted_connection& connection() { return service.at(0); }

    void open() {
        connection().confirm("c-1");
        consume_messages();
        heard.clear();
    }

    diary heard;
    session_owner_actor owner_handle;
    session_actor hdl;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, session_fixture)

CAF_TEST(opens its channel at once and tells its owner) {
    CAF_CHECK(connection().opened);
    CAF_CHECK_EQUAL(heard, diary{});
    connection().confirm("c-1");
    consume_messages();
    CAF_CHECK_EQUAL(heard, diary{"opened c-1"});
}

CAF_TEST(sends a request and answers with what came) {
    open();
    ask(hdl, "r-1");
    CAF_CHECK_EQUAL(connection().sent, diary{"r-1"});
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(std::chrono::milliseconds(1500));
    connection().finish(7);
    consume_messages();
    const auto& result = result_of("r-1");
    CAF_CHECK(result.ok());
    CAF_CHECK_EQUAL(result.connection_id, "c-1");
    CAF_CHECK_EQUAL(result.frames, 7u);
    CAF_CHECK_EQUAL(result.bytes, 70u);
    CAF_CHECK_EQUAL(result.first_frame, nanoseconds(std::chrono::milliseconds(5)));
    CAF_CHECK_EQUAL(result.duration, nanoseconds(std::chrono::milliseconds(1500)));
    CAF_CHECK_EQUAL(heard, diary{"idle, 0 late"});
}

CAF_TEST(fails a request the service refused and stays usable) {
    open();
    ask(hdl, "r-1");
    exchange_finished refused;
    refused.request_id = "r-1";
    refused.failure.code = protocol::failure_code::upstream_error;
    connection().sink(refused);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "upstreamError");
    ask(hdl, "r-2");
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-2").ok());
}

CAF_TEST(a cancelled request is answered at once and its session waits for the service) {
    open();
    ask(hdl, "r-1");
    protocol::failure why;
    why.code = protocol::failure_code::request_timeout;
    caf::anon_send(hdl, cancel_request{"r-1", why});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
    CAF_CHECK_EQUAL(result_of("r-1").failure.request_id, "r-1");
    CAF_CHECK_EQUAL(result_of("r-1").failure.connection_id, "c-1");
    CAF_CHECK(connection().abandoned);
    CAF_CHECK_EQUAL(heard, diary{"failed: requestTimeout"});
    connection().finish(4);
    consume_messages();
    CAF_CHECK_EQUAL(heard.back(), "idle, 4 late");
    CAF_CHECK_EQUAL(results.size(), 1u);
}

CAF_TEST(a request that is interrupted leaves its session usable at once) {
    open();
    ask(hdl, "r-1");
    caf::anon_send(hdl, cancel_request{"r-1", {}, /*await_service=*/false});
    consume_messages();
    CAF_CHECK(connection().interrupted);
    CAF_CHECK(!connection().abandoned);
    CAF_CHECK_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(heard.back(), "idle, 0 late");
    ask(hdl, "r-2");
    connection().finish(2);
    consume_messages();
    CAF_CHECK_EQUAL(result_of("r-2").frames, 2u);
}

CAF_TEST(cancelling another request than the one in flight does nothing) {
    open();
    ask(hdl, "r-2");
    caf::anon_send(hdl, cancel_request{"r-1", {}});
    consume_messages();
    CAF_CHECK(!connection().abandoned);
    CAF_CHECK_EQUAL(results.size(), 0u);
}

CAF_TEST(cancelling when no request is in flight does nothing) {
    open();
    caf::anon_send(hdl, cancel_request{});
    consume_messages();
    CAF_CHECK(!connection().abandoned);
    ask(hdl, "r-1");
    connection().finish();
    consume_messages();
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(the end of a former request does not end the one in flight) {
    open();
    ask(hdl, "r-2");
    exchange_finished former;
    former.request_id = "r-1";
    former.frames = 9;
    connection().sink(former);
    consume_messages();
    CAF_CHECK_EQUAL(results.size(), 0u);
    connection().finish(2);
    consume_messages();
    CAF_CHECK_EQUAL(result_of("r-2").frames, 2u);
}

CAF_TEST(death while busy gives the request back with the reason) {
    open();
    ask(hdl, "r-1");
    connection().die(protocol::failure_code::connection_closed, "closed by the service");
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "connectionClosed");
    CAF_CHECK_EQUAL(result_of("r-1").failure.detail, "closed by the service");
    CAF_CHECK_EQUAL(heard,
                    (diary{"returned, accepted: connectionClosed", "closed: connectionClosed"}));
}

CAF_TEST(a request that crosses with the death of its session goes back untouched) {
    open();
    connection().die(protocol::failure_code::connection_closed, "reset");
    consume_messages();
    ask(hdl, "r-1");
    CAF_CHECK_EQUAL(heard.back(), "returned, not accepted: connectionClosed");
    CAF_CHECK_EQUAL(code_of("r-1"), "connectionClosed");
    CAF_CHECK_EQUAL(broken, diary{});
}

CAF_TEST(failing to open is told as the reason of closing) {
    connection().die(protocol::failure_code::session_token_invalid, "Invalid session token");
    consume_messages();
    CAF_CHECK_EQUAL(heard, diary{"closed: sessionTokenInvalid"});
}

CAF_TEST(closing on the owners wish cancels the request and reports no failure) {
    open();
    ask(hdl, "r-1");
    caf::anon_send(hdl, close_session{});
    consume_messages();
    CAF_CHECK(connection().close_asked);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK_EQUAL(heard, (diary{"returned, accepted: requestCancelled", "closed: none"}));
}

CAF_TEST(a check ends with the answer of the service) {
    open();
    caf::anon_send(hdl, check_session{});
    consume_messages();
    CAF_CHECK(connection().checked);
    CAF_CHECK_EQUAL(heard, diary{});
    connection().answer_check();
    consume_messages();
    CAF_CHECK_EQUAL(heard, diary{"idle, 0 late"});
}

CAF_TEST(code that throws ends the session and gives its request back) {
    open();
    connection().throws_on_send = true;
    ask(hdl, "r-1");
    CAF_CHECK_EQUAL(heard, (diary{"returned, accepted: unknown", "crashed: unknown"}));
    CAF_CHECK_EQUAL(code_of("r-1"), "unknown");
    ask(hdl, "r-2");
    CAF_CHECK_EQUAL(heard.back(), "returned, not accepted: connectionClosed");
}

CAF_TEST(an actor that is ended from outside answers what it has) {
    open();
    ask(hdl, "r-1");
    caf::anon_send_exit(hdl, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "unknown");
}

CAF_TEST(a session whose owner dies answers its request and goes away) {
    open();
    const caf::actor_addr address = hdl.address();
    ask(hdl, "r-1");
    hdl = nullptr;
    caf::anon_send_exit(owner_handle, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "poolFailed");
    CAF_CHECK(connection().close_asked);
    CAF_CHECK(!caf::actor_cast<caf::strong_actor_ptr>(address));
}

CAF_TEST(a session whose owner dies while it opens goes away) {
    const caf::actor_addr address = hdl.address();
    hdl = nullptr;
    caf::anon_send_exit(owner_handle, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK(connection().close_asked);
    CAF_CHECK(!caf::actor_cast<caf::strong_actor_ptr>(address));
}

CAF_TEST(a request that crosses with the death of the owner is answered) {
    open();
    caf::anon_send_exit(owner_handle, caf::exit_reason::kill);
    consume_messages();
    ask(hdl, "r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "poolFailed");
    CAF_CHECK_EQUAL(broken, diary{});
}

CAF_TEST(a request of nobody is sent and its end is told) {
    open();
    for (const auto* id : {"r-1", "r-2"}) {
        audio_request request;
        request.request_id = id;
        caf::anon_send(hdl, assigned_request{request});
        consume_messages();
        connection().finish();
        consume_messages();
    }
    CAF_CHECK_EQUAL(connection().sent, (diary{"r-1", "r-2"}));
    CAF_CHECK_EQUAL(heard, (diary{"idle, 0 late", "idle, 0 late"}));
}

CAF_TEST(a request of nobody goes back to the owner when the session dies) {
    open();
    caf::anon_send(hdl, assigned_request{{"r-1"}});
    consume_messages();
    connection().die(protocol::failure_code::connection_closed, "reset");
    consume_messages();
    CAF_CHECK_EQUAL(heard,
                    (diary{"returned, accepted: connectionClosed", "closed: connectionClosed"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
