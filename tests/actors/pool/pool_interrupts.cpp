#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_interrupts

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

namespace {

struct pool_interrupts_fixture : tests::pool_fixture {
    ~pool_interrupts_fixture() override { wind_down(); }

    /// Sends a request from the one actor that interrupts here.
    template <class Handle>
    void ask(const Handle&, const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        say(caller, std::move(request));
        consume_messages();
    }

    void interrupt(const std::string& id) {
        say(caller, interrupt_request{id});
        consume_messages();
    }

    template <class Message>
    void say(const caf::actor& from, Message message) {
        send_as(from, pool, std::move(message));
    }

    caf::actor listener() {
        return sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
            return {[this](audio_result& result) { results.push_back(std::move(result)); }};
        });
    }

    caf::actor caller = listener();
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_interrupt_tests, pool_interrupts_fixture)

CAF_TEST(a waiting request is taken out of the queue and never sent) {
    open_pool_of(1);
    for (const auto* id : {"r-0", "r-1", "r-2", "r-3"})
        ask(pool, id);
    after(2s);
    interrupt("r-2");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestInterrupted");
    CAF_CHECK_EQUAL(result_of("r-2").waited, nanoseconds(2s));
    CAF_CHECK_EQUAL(result_of("r-2").connection_id, "");
    for (int i = 0; i < 3; ++i)
        finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1", "r-3"}));
}

CAF_TEST(a running request is stopped and its connection takes the next at once) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    interrupt("r-0");
    CAF_CHECK_EQUAL(code_of("r-0"), "requestInterrupted");
    CAF_CHECK_EQUAL(result_of("r-0").connection_id, "c-0");
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK_EQUAL(service.made(), 1u);
}

CAF_TEST(a connection waits for the end of what was interrupted) {
    settings.after_interrupt = "wait";
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    interrupt("r-0");
    CAF_CHECK_EQUAL(code_of("r-0"), "requestInterrupted");
    CAF_CHECK(service.at(0).abandoned);
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    CAF_CHECK_EQUAL(status().available, 0u);
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK_EQUAL(status().late_frames, 3u);
    CAF_CHECK_EQUAL(service.made(), 1u);
}

CAF_TEST(a connection whose service does not end what was interrupted is replaced) {
    settings.after_interrupt = "wait";
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    interrupt("r-0");
    after(10s - 1ms);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(1ms);
    CAF_CHECK(service.at(0).close_asked);
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    confirm(1);
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
    finish(1);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(what the pool does not hold is ignored) {
    open_pool_of(1);
    interrupt("r-0");
    ask(pool, "r-0");
    finish(0);
    interrupt("r-0");
    CAF_CHECK(result_of("r-0").ok());
    ask(pool, "r-1");
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(an interrupt that crosses with the end of its request hits no other) {
    open_pool_of(1);
    ask(pool, "r-0");
    // Both are on their way when the pool hears of neither.
    service.at(0).finish();
    interrupt("r-0");
    ask(pool, "r-1");
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK_EQUAL(results.size(), 2u);
}

CAF_TEST(a request whose timeout has told it off already gets no second result) {
    open_pool_of(1);
    ask(pool, "r-0");
    after(45s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK(service.at(0).abandoned);
    interrupt("r-0");
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK(!service.at(0).interrupted);
}

CAF_TEST(nobody interrupts the request of another) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    const auto stranger = listener();
    for (const auto* id : {"r-0", "r-1"}) {
        say(stranger, interrupt_request{id});
        caf::anon_send(pool, interrupt_request{id});
    }
    consume_messages();
    CAF_CHECK_EQUAL(results.size(), 0u);
    finish(0);
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(what nobody sent nobody interrupts) {
    open_pool_of(1);
    for (const auto* id : {"r-0", "r-1"}) {
        audio_request request;
        request.request_id = id;
        caf::anon_send(pool, request);
    }
    interrupt("r-0");
    CAF_CHECK(!service.at(0).interrupted);
    caf::anon_send(pool, interrupt_request{"r-0"});
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    CAF_CHECK_EQUAL(status().requests.open, 1u);
}

CAF_TEST(of several with one id the oldest of the sender is meant) {
    open_pool_of(1);
    const auto other = listener();
    audio_request same;
    same.request_id = "r-0";
    say(other, same);
    consume_messages();
    ask(pool, "r-0");
    after(1s);
    ask(pool, "r-0");
    after(1s);
    interrupt("r-0");
    CAF_REQUIRE_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(results[0].waited, nanoseconds(2s));
    finish(0);
    interrupt("r-0");
    CAF_CHECK_EQUAL(results.size(), 3u);
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(a request that waits for another try is still the oldest of its id) {
    settings.retries = 1;
    open_pool_of(1);
    ask(pool, "r-0");
    after(1s);
    ask(pool, "r-0");
    service.at(0).die(protocol::failure_code::connection_closed, "gone", false);
    consume_messages();
    after(1s);
    interrupt("r-0");
    CAF_REQUIRE_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(results[0].duration, nanoseconds(2s));
    interrupt("r-0");
    CAF_REQUIRE_EQUAL(results.size(), 2u);
    CAF_CHECK_EQUAL(results[1].duration, nanoseconds(1s));
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(an interrupt of a request on its way back from a lost session forbids another try) {
    settings.retries = 1;
    open_pool_of(2);
    // The pool gives it to a session that has ended, of which it hears next.
    service.at(0).die(protocol::failure_code::connection_closed, "gone");
    audio_request request;
    request.request_id = "r-0";
    say(caller, request);
    consume_message();
    consume_message();
    interrupt("r-0");
    CAF_CHECK_EQUAL(code_of("r-0"), "requestInterrupted");
    CAF_CHECK(sent(0).empty());
    CAF_CHECK(sent(1).empty());
    const auto now = status();
    CAF_CHECK_EQUAL(now.retried, 0u);
    CAF_CHECK_EQUAL(now.served, 1u);
    CAF_CHECK_EQUAL(now.requests.open, 0u);
}

CAF_TEST(without an interrupt a request on its way back goes to the next session) {
    settings.retries = 1;
    open_pool_of(2);
    service.at(0).die(protocol::failure_code::connection_closed, "gone");
    ask(pool, "r-0");
    CAF_CHECK(sent(0).empty());
    CAF_CHECK_EQUAL(sent(1), (ids{"r-0"}));
    finish(1);
    CAF_CHECK(result_of("r-0").ok());
}

CAF_TEST(each interrupt means one of several with one id) {
    open_pool_of(2);
    for (int i = 0; i < 4; ++i)
        ask(pool, "r-0");
    for (std::size_t i = 1; i <= 4; ++i) {
        interrupt("r-0");
        CAF_CHECK_EQUAL(results.size(), i);
    }
    interrupt("r-0");
    CAF_CHECK_EQUAL(results.size(), 4u);
    CAF_CHECK_EQUAL(sent(0).size() + sent(1).size(), 4u); // One freed the session for the next.
}

CAF_TEST_FIXTURE_SCOPE_END()
