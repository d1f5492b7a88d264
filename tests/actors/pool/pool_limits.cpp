// What the service says with the end of a connection, and what the pool does then.
#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_limits

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;
using tests::ids;

namespace {

struct pool_limits_fixture : tests::pool_fixture {
    ~pool_limits_fixture() override { wind_down(); }

    /// The service closes it with that code.
    void close_with(std::size_t connection, failure_code code, std::uint16_t close_code) {
        channel_closed event;
        event.failure.code = code;
        event.failure.close_code = close_code;
        event.failure.phase = protocol::failure_phase::websocket_runtime;
        event.failure.detail = "closed by the service";
        service.at(connection).end(event);
        consume_messages();
    }

    void refuse_for_the_limit(std::size_t connection) {
        close_with(connection, failure_code::concurrency_limit, 4003);
    }

    /// Ten slots, of which the service allows so many.
    void open_beyond_limit(std::size_t allowed) {
        settings.size = 10;
        begin_opening();
        for (std::size_t i = 0; i < allowed; ++i)
            confirm(i);
        for (std::size_t i = allowed; i < 10; ++i)
            refuse_for_the_limit(i);
    }

    /// Nothing: it goes on.
    std::optional<pool_failed> failed() {
        std::optional<pool_failed> answer;
        sys.spawn([&](caf::event_based_actor* self) {
            self->request(pool, caf::infinite, watch_pool{})
                .then([&](const pool_failed& is) { answer = is; }, [](const caf::error&) {});
        });
        consume_messages();
        return answer;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_limit_tests, pool_limits_fixture)

CAF_TEST(a pool is smaller where the service allows no more connections) {
    open_beyond_limit(4);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 4u);
    CAF_CHECK_EQUAL(opened[0].failures.at(0).count, 6u);
    for (int i = 0; i < 4; ++i)
        ask(pool, "r-" + std::to_string(i));
    for (std::size_t i = 0; i < 4; ++i)
        finish(i);
    CAF_CHECK(result_of("r-3").ok());
    CAF_CHECK_EQUAL(service.made(), 10u);
}

CAF_TEST(one connection beyond the limit is tried at a time) {
    open_beyond_limit(4);
    after(4s - 1ms);
    CAF_CHECK_EQUAL(service.made(), 10u);
    after(1ms);
    CAF_CHECK_EQUAL(service.made(), 11u);
    refuse_for_the_limit(10);
    after(4s);
    CAF_CHECK_EQUAL(service.made(), 12u);
    confirm(11); // There is a place.
    CAF_CHECK_EQUAL(status().connected, 5u);
    for (int i = 0; i < 10; ++i)
        after(4s);
    CAF_CHECK_EQUAL(service.made(), 17u); // Each once.
}

CAF_TEST(a connection that is lost below the limit is replaced at once) {
    open_beyond_limit(4);
    after(1s);
    die(0);
    CAF_CHECK_EQUAL(service.made(), 11u);
    confirm(10);
    CAF_CHECK_EQUAL(status().connected, 4u);
}

CAF_TEST(at the limit a connection closes before its successor opens) {
    settings.max_session_age = 10min;
    settings.reconnect_max = 1h; // No place is tried meanwhile.
    open_beyond_limit(1);
    service.at(0).answers_close = false;
    after(9min);
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(service.made(), 10u);
    service.at(0).end({});
    consume_messages();
    CAF_REQUIRE_EQUAL(service.made(), 11u);
    confirm(10);
    CAF_CHECK_EQUAL(status().connected, 1u);
    CAF_CHECK_EQUAL(status().renewed, 1u);
    after(9min); // And so on.
    CAF_CHECK(service.at(10).close_asked);
}

CAF_TEST(at the limit a connection with a request is renewed when that has ended) {
    settings.max_session_age = 10min;
    settings.reconnect_max = settings.request_timeout = 1h;
    open_beyond_limit(1);
    ask(pool, "r-0");
    after(9min);
    CAF_CHECK(!service.at(0).close_asked);
    ask(pool, "r-1");
    finish(0);
    CAF_CHECK(result_of("r-0").ok());
    CAF_CHECK(service.at(0).close_asked);
    service.at(0).end({});
    consume_messages();
    confirm(10);
    CAF_CHECK_EQUAL(sent(10), ids{"r-1"});
}

CAF_TEST(a successor without a place opens when the former one has closed) {
    settings.max_session_age = 10min;
    settings.size = 1;
    begin_opening();
    confirm(0);
    service.at(0).answers_close = false;
    after(9min);
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    refuse_for_the_limit(1);
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(service.made(), 2u);
    service.at(0).end({});
    consume_messages();
    CAF_REQUIRE_EQUAL(service.made(), 3u);
    confirm(2);
    CAF_CHECK_EQUAL(status().available, 1u);
    CAF_CHECK_EQUAL(status().renewed, 1u);
}

CAF_TEST(a connection whose time was over is replaced at once) {
    open_pool_of(1);
    close_with(0, failure_code::session_duration_exceeded, 4002);
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    confirm(1);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(after a failure upstream there is a pause although the connection had lived) {
    open_pool_of(1);
    close_with(0, failure_code::upstream_error, 4503);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(500ms);
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(a service that asks for a pause gets it) {
    settings.size = 1;
    begin_opening();
    channel_closed refused;
    refused.failure.code = failure_code::rate_limited;
    refused.failure.http_status = 429;
    refused.failure.retry_after = 7s;
    service.at(0).end(refused);
    consume_messages();
    after(7s - 1ms);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(501ms);
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(nothing is tried again where it cannot work) {
    struct row {
        failure_code code;
        std::uint16_t number;
    };
    for (const auto& [code, number] : {row{failure_code::credits_exhausted, 4001},
                                       row{failure_code::session_token_invalid, 4010}}) {
        pool_limits_fixture p;
        p.open_pool_of(2);
        p.ask(p.pool, "r-0");
        p.close_with(1, code, number);
        const auto failed = p.failed();
        CAF_REQUIRE(failed);
        CAF_CHECK(failed->failure.code == code);
        CAF_CHECK_EQUAL(failed->failure.close_code, number);
        CAF_CHECK_EQUAL(p.code_of("r-0"), std::string(to_string(code)));
        p.ask(p.pool, "r-1");
        CAF_CHECK_EQUAL(p.code_of("r-1"), std::string(to_string(code)));
        p.after(10min);
        CAF_CHECK_EQUAL(p.service.made(), 2u);
    }
}

CAF_TEST(a token that is refused by its status may be right the next time) {
    settings.size = 1;
    begin_opening();
    service.at(0).die(failure_code::session_token_invalid, "Invalid session token");
    consume_messages();
    CAF_CHECK(!failed());
    after(500ms);
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(a connection is not renewed unless its age has a limit) {
    open_pool_of(1);
    after(100h);
    CAF_CHECK_EQUAL(service.made(), 1u);
    CAF_CHECK_EQUAL(status().renewed, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
