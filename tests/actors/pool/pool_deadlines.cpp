#include "tests/actors/pool/pool_fixture.hpp"

#define CAF_SUITE pool_deadlines

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

CAF_TEST_FIXTURE_SCOPE(pool_deadline_tests, tests::pool_fixture)

CAF_TEST(a request waits no longer than the borrow timeout) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    after(10s);
    ask(pool, "r-2");
    after(20s - 1ms);
    CAF_CHECK_EQUAL(results.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(code_of("r-1"), "borrowTimeout");
    CAF_CHECK_EQUAL(result_of("r-1").failure.detail,
                    "timed out waiting for available connection (waited 30s)");
    CAF_CHECK_EQUAL(result_of("r-1").waited, nanoseconds(30s));
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(10s);
    CAF_CHECK_EQUAL(code_of("r-2"), "borrowTimeout");
}

CAF_TEST(a waiting request that gets its connection in time does not expire) {
    open_pool_of(1);
    ask(pool, "r-0");
    ask(pool, "r-1");
    after(29s);
    finish(0);
    after(40s);
    CAF_CHECK_EQUAL(results.size(), 1u);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a request over its timeout fails and its connection takes no other) {
    open_pool_of(1);
    ask(pool, "r-0");
    after(20s);
    ask(pool, "r-1");
    after(25s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK_EQUAL(result_of("r-0").failure.detail, "request timed out after 45s");
    CAF_CHECK_EQUAL(result_of("r-0").duration, nanoseconds(45s));
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    CAF_CHECK_EQUAL(status().available, 0u);
}

CAF_TEST(the late connection takes the next request when the service has finished) {
    open_pool_of(1);
    ask(pool, "r-0");
    after(44s);
    ask(pool, "r-1");
    after(5s);
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    CAF_CHECK_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(status().late_frames, 3u);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a late connection the service does not finish with is replaced) {
    open_pool_of(1);
    ask(pool, "r-0");
    after(45s);
    after(10s - 1ms);
    CAF_CHECK_EQUAL(service.made(), 1u);
    after(1ms);
    CAF_CHECK_EQUAL(service.made(), 2u);
    CAF_CHECK(service.at(0).close_asked);
    service.at(1).confirm("c-1");
    consume_messages();
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(sent(1), ids{"r-1"});
}

CAF_TEST(the old session of a replaced slot does not disturb the new one) {
    open_pool_of(1);
    service.at(0).answers_close = false;
    ask(pool, "r-0");
    after(45s);
    after(10s);
    service.at(1).confirm("c-1");
    consume_messages();
    ask(pool, "r-1");
    finish(0);
    die(0);
    CAF_CHECK_EQUAL(service.made(), 2u);
    CAF_CHECK_EQUAL(status().connected, 1u);
    finish(1);
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a late connection is not replaced any more when the pool closes) {
    open_pool_of(1);
    service.at(0).answers_close = false;
    ask(pool, "r-0");
    after(45s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    close();
    after(20s);
    CAF_CHECK_EQUAL(service.made(), 1u);
    service.at(0).end({});
    consume_messages();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(each busy connection has its own deadline) {
    open_pool_of(2);
    ask(pool, "r-0");
    after(5s);
    ask(pool, "r-1");
    after(40s);
    CAF_CHECK_EQUAL(code_of("r-0"), "requestTimeout");
    CAF_CHECK_EQUAL(results.size(), 1u);
    after(5s);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestTimeout");
}

CAF_TEST(requests leave no timers behind) {
    open_pool_of(1);
    const auto before = sched.clock().schedule().size();
    for (int i = 0; i < 1000; ++i) {
        ask(pool, "r-" + std::to_string(i));
        finish(0);
    }
    CAF_CHECK_EQUAL(results.size(), 1000u);
    CAF_CHECK(sched.clock().schedule().size() <= before + 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
