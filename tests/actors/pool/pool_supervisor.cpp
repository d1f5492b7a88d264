#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_supervisor

using namespace avatar;
using protocol::failure_code;
using tests::ids;

CAF_TEST_FIXTURE_SCOPE(pool_supervisor_tests, tests::pool_fixture)

CAF_TEST(all connections are opened in parallel) {
    begin_opening();
    CAF_CHECK_EQUAL(service.made(), 3u);
    CAF_CHECK_EQUAL(opened.size(), 0u);
    for (std::size_t i = 0; i < 3; ++i)
        CAF_CHECK(service.at(i).opened);
    service.at(2).confirm("c-2");
    service.at(0).confirm("c-0");
    consume_messages();
    CAF_CHECK_EQUAL(opened.size(), 0u);
    service.at(1).confirm("c-1");
    consume_messages();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 3u);
    CAF_CHECK_EQUAL(tried.size(), 3u);
    CAF_CHECK_EQUAL(tried[0].connection_id, "c-2");
    CAF_CHECK_EQUAL(tried[0].slot, 2u);
}

CAF_TEST(opening counts equal failures together) {
    begin_opening();
    service.at(0).die(failure_code::session_token_invalid, "Invalid session token");
    service.at(1).confirm("c-1");
    service.at(2).die(failure_code::session_token_invalid, "Invalid session token");
    consume_messages();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 1u);
    CAF_CHECK_EQUAL(opened[0].size, 3u);
    CAF_REQUIRE_EQUAL(opened[0].failures.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].failures[0].count, 2u);
    CAF_CHECK_EQUAL(tried.size(), 3u);
}

CAF_TEST(requests go to the connection idle for longest) {
    open_pool_of(3);
    ask(pool, "r-0");
    finish(0);
    for (auto id : {"r-1", "r-2", "r-3"})
        ask(pool, id);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-3"}));
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
    CAF_CHECK_EQUAL(sent(2), ids{"r-2"});
}

CAF_TEST(requests beyond the pool wait and are served first come first served) {
    open_pool_of(2);
    for (auto id : {"r-0", "r-1", "r-2", "r-3", "r-4"})
        ask(pool, id);
    CAF_CHECK_EQUAL(status().waiting, 3u);
    after(std::chrono::seconds(2));
    finish(1);
    finish(0);
    finish(1);
    CAF_CHECK_EQUAL(sent(1), (ids{"r-1", "r-2", "r-4"}));
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-3"}));
    CAF_CHECK_EQUAL(result_of("r-2").waited, nanoseconds(std::chrono::seconds(2)));
    CAF_CHECK_EQUAL(result_of("r-2").duration, nanoseconds(std::chrono::seconds(2)));
    CAF_CHECK_EQUAL(result_of("r-0").waited, nanoseconds(0));
}

CAF_TEST(requests may come before the pool is open) {
    settings.size = 1;
    spawn_pool();
    ask(pool, "r-0");
    begin_opening();
    CAF_CHECK_EQUAL(results.size(), 0u);
    service.at(0).confirm("c-0");
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
}

CAF_TEST(requests beyond the queues limit are refused at once) {
    settings.max_waiting = 2;
    open_pool_of(1);
    for (auto id : {"r-0", "r-1", "r-2", "r-3"})
        ask(pool, id);
    CAF_CHECK_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(code_of("r-3"), "queueFull");
}

CAF_TEST(requests whose audio is more than may wait are refused at once) {
    settings.max_waiting_bytes = 2000;
    open_pool_of(1);
    const auto send = [this](const std::string& id, const audio_clip& clip) {
        sys.spawn([this, id, clip](caf::event_based_actor* caller) {
            audio_request request;
            request.request_id = id;
            request.audio = clip;
            caller->request(pool, caf::infinite, request).then([this](audio_result& result) {
                results.push_back(std::move(result));
            });
        });
        consume_messages();
    };
    const audio_clip shared(std::string(1200, 'a'));
    send("running", audio_clip(std::string(5000, 'r'))); // Does not wait.
    for (const auto* id : {"s-0", "s-1", "s-2"})
        send(id, shared);
    send("over", audio_clip(std::string(801, 'b')));
    CAF_CHECK_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(code_of("over"), "queueFull");
    CAF_CHECK_EQUAL(result_of("over").failure.detail,
                    "refused: the audio of the requests that wait would be over 2000 bytes "
                    "(pool.max-waiting-bytes)");
    send("fits", audio_clip(std::string(800, 'c')));
    for (int i = 0; i < 4; ++i) // The shared one waits no more.
        finish(0);
    CAF_CHECK_EQUAL(status().waiting, 0u);
    send("later", audio_clip(std::string(100, 'd')));
    CAF_CHECK_EQUAL(status().waiting, 1u);
    CAF_CHECK_EQUAL(results.size(), 5u);
}

CAF_TEST(an idle connection that dies is replaced at once and gets no request) {
    open_pool_of(2);
    die(0);
    CAF_CHECK_EQUAL(service.made(), 3u);
    CAF_CHECK_EQUAL(status().connected, 1u);
    ask(pool, "r-0");
    CAF_CHECK_EQUAL(sent(0), ids{});
    CAF_CHECK_EQUAL(sent(1), ids{"r-0"});
    service.at(2).confirm("c-2");
    consume_messages();
    const auto now = status();
    CAF_CHECK_EQUAL(now.connected, 2u);
    CAF_CHECK_EQUAL(now.replaced, 1u);
    CAF_CHECK_EQUAL(now.connections.at(0).connection_id, "c-2");
}

CAF_TEST(a busy connection that dies fails its request and the waiting one goes on) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    die(0);
    CAF_CHECK_EQUAL(code_of("r-0"), "connectionClosed");
    CAF_CHECK_EQUAL(result_of("r-0").failure.detail, "reset by peer");
    CAF_CHECK_EQUAL(results.size(), 1u);
    service.at(1).confirm("c-1");
    consume_messages();
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
    finish(1);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a connection lost as soon as it was open is replaced after a pause) {
    settings.size = 1;
    begin_opening();
    service.at(0).confirm("c-0");
    consume_messages();
    die(0);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(std::chrono::milliseconds(500));
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(cancelling fails every request once and takes no more) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    caf::anon_send(pool, cancel_requests{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    ask(pool, "r-2");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
    finish(0);
    CAF_CHECK_EQUAL(results.size(), 3u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(cancelling ends the wait for connections) {
    begin_opening();
    service.at(0).confirm("c-0");
    consume_messages();
    CAF_CHECK_EQUAL(opened.size(), 0u);
    caf::anon_send(pool, cancel_requests{});
    consume_messages();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 1u);
    CAF_CHECK(opened[0].cancelled);
}

CAF_TEST(closing while requests wait answers each and closes every connection) {
    open_pool_of(2);
    service.at(1).answers_close = false;
    for (auto id : {"r-0", "r-1", "r-2", "r-3"})
        ask(pool, id);
    close();
    CAF_CHECK_EQUAL(results.size(), 4u);
    for (auto id : {"r-0", "r-1", "r-2", "r-3"})
        CAF_CHECK_EQUAL(code_of(id), "requestCancelled");
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK(service.at(1).close_asked);
    CAF_CHECK_EQUAL(closed, 0);
    service.at(1).end({});
    consume_messages();
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK_EQUAL(service.made(), 2u);
    CAF_CHECK_EQUAL(broken, ids{});
}

CAF_TEST(closing waits for connections on the way up too) {
    begin_opening();
    close();
    CAF_CHECK_EQUAL(closed, 1);
    for (std::size_t i = 0; i < 3; ++i)
        CAF_CHECK(service.at(i).close_asked);
}

CAF_TEST(the status tells what each connection did) {
    open_pool_of(2);
    for (auto id : {"r-0", "r-1", "r-2"})
        ask(pool, id);
    finish(0);
    const auto now = status();
    CAF_CHECK_EQUAL(now.size, 2u);
    CAF_CHECK_EQUAL(now.served, 3u);
    CAF_CHECK_EQUAL(now.available, 0u);
    CAF_REQUIRE_EQUAL(now.connections.size(), 2u);
    CAF_CHECK_EQUAL(now.connections[0].requests, 2u);
    CAF_CHECK_EQUAL(now.connections[0].age, nanoseconds(std::chrono::minutes(1)));
}

CAF_TEST(each that opens the pool gets the answer) {
    begin_opening();
    begin_opening();
    for (std::size_t i = 0; i < 3; ++i)
        service.at(i).confirm("c-" + std::to_string(i));
    consume_messages();
    CAF_CHECK_EQUAL(opened.size(), 2u);
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 3u);
    for (const auto& answer : opened)
        CAF_CHECK_EQUAL(answer.connected, 3u);
    CAF_CHECK_EQUAL(service.made(), 3u);
    CAF_CHECK_EQUAL(tried.size(), 3u);
}

CAF_TEST(opening again counts the failures of the first time) {
    settings.size = 1;
    begin_opening();
    service.at(0).die(failure_code::connection_failed, "refused");
    consume_messages();
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 2u);
    CAF_CHECK_EQUAL(opened[1].failures.size(), 1u);
}

CAF_TEST(opening a pool that drains or closes is answered) {
    settings.size = 1;
    spawn_pool();
    caf::anon_send(pool, drain_pool{});
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK(opened[0].cancelled);
    begin_opening();
    CAF_REQUIRE_EQUAL(opened.size(), 2u);
    CAF_CHECK(opened[1].cancelled);
    CAF_CHECK_EQUAL(service.made(), 0u);
}

CAF_TEST(each that closes the pool gets the answer) {
    open_pool_of(1);
    service.at(0).answers_close = false;
    close();
    close();
    caf::anon_send(pool, drain_pool{});
    close();
    begin_opening();
    CAF_CHECK_EQUAL(closed, 0);
    CAF_CHECK_EQUAL(opened.size(), 2u);
    service.at(0).end({});
    consume_messages();
    CAF_CHECK_EQUAL(closed, 3);
}

CAF_TEST(draining twice lasts no longer than draining once) {
    settings.drain_timeout = std::chrono::seconds(10);
    open_pool_of(1);
    ask(pool, "r-0");
    for (int i = 0; i < 2; ++i) {
        caf::anon_send(pool, drain_pool{});
        consume_messages();
        after(std::chrono::seconds(5));
    }
    CAF_CHECK_EQUAL(code_of("r-0"), "requestCancelled");
    caf::anon_send(pool, drain_pool{});
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
