#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_kills

// Session actors that somebody kills: the requests they have, and those on the way to them.

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

namespace {

struct pool_kills_fixture : tests::pool_fixture {
    ~pool_kills_fixture() override {
        caller = nullptr;
        wind_down();
    }

    /// Nobody has heard of it yet.
    void order_to_end(std::size_t connection, caf::exit_reason why = caf::exit_reason::kill) {
        caf::anon_send_exit(session_of(connection), why);
    }

    /// Plain messages, so that a missing or a second result would be seen.
    void tell(const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        send_as(caller, pool, std::move(request));
    }

    void check_accounts(std::uint64_t failed) {
        const auto now = status();
        CAF_CHECK_EQUAL(now.requests.open, 0u);
        CAF_REQUIRE_EQUAL(now.requests.failed.size(), 1u);
        CAF_CHECK_EQUAL(now.requests.failed[0].count, failed);
        CAF_CHECK_EQUAL(now.requests.entered, now.requests.succeeded + failed);
    }

    caf::actor caller = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
        return {[this](audio_result& result) { results.push_back(std::move(result)); }};
    });
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_kill_tests, pool_kills_fixture)

CAF_TEST(a request that a killed session had in hand is answered once) {
    open_pool_of(1);
    tell("r-0");
    consume_messages();
    kill(0);
    CAF_REQUIRE_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(code_of("r-0"), "unknown");
    CAF_CHECK_EQUAL(result_of("r-0").connection_id, "c-0");
    check_accounts(1);
}

CAF_TEST(a request that a killed session never read is answered once) {
    for (const auto why : {caf::exit_reason::kill, caf::exit_reason::user_shutdown}) {
        results.clear();
        open_pool_of(1);
        order_to_end(0, why);
        tell("r-0"); // The pool hears of it before it hears of the end.
        after(3s);
        CAF_REQUIRE_EQUAL(results.size(), 1u);
        CAF_CHECK_EQUAL(code_of("r-0"), "unknown");
        CAF_CHECK_EQUAL(result_of("r-0").failure.request_id, "r-0");
        CAF_CHECK(sent(0).empty());
        check_accounts(1);
        wind_down();
        pool = nullptr;
        service = {};
    }
}

CAF_TEST(an outcome that was decided for a request never read is the one it gets) {
    open_pool_of(1);
    order_to_end(0);
    tell("r-0");
    send_as(caller, pool, interrupt_request{"r-0"});
    consume_messages();
    CAF_REQUIRE_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestInterrupted");
    check_accounts(1);
}

CAF_TEST(the duration of a request never read is the time since it entered) {
    open_pool_of(1);
    tell("r-0");
    tell("r-1");
    consume_messages();
    after(2s);
    service.at(0).finish();
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    service.at(0).finish();
    consume_messages();
    order_to_end(0);
    tell("r-2");
    consume_messages();
    CAF_CHECK_EQUAL(result_of("r-2").duration, nanoseconds(0s));
    CAF_CHECK_EQUAL(status().requests.succeeded, 2u);
}

CAF_TEST(a pool closes though a session with a request was killed) {
    open_pool_of(2);
    tell("r-0");
    consume_messages();
    order_to_end(0);
    order_to_end(1);
    tell("r-1");
    close();
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK_EQUAL(results.size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
