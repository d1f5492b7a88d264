#include "tests/actors/cluster/shares/share_fixture.hpp"

#include <algorithm>
#include <random>

#define CAF_SUITE share_rounds

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// Requests by what became of them.
struct share_outcomes {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t interrupted = 0;
};

void check_figures(const request_figures& told, const share_outcomes& done) {
    CAF_CHECK_EQUAL(told.ok, done.ok);
    CAF_CHECK_EQUAL(told.failed, done.failed);
    CAF_CHECK_EQUAL(told.interrupted, done.interrupted);
    CAF_CHECK_EQUAL(told.frames, 3 * done.ok); // As many as the service sends for each.
    CAF_CHECK(is_acceptable(told));
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(share_rounds_tests, tests::share_fixture)

CAF_TEST(a round runs with the load that was told and its end is told at once) {
    open();
    begin(1, 4);
    CAF_CHECK(service.at(0).under_way);
    CAF_CHECK(service.at(1).under_way);
    finish_requests(3);
    CAF_CHECK(progress.empty());
    finish(1);
    CAF_REQUIRE_EQUAL(progress.size(), 1u);
    CAF_CHECK_EQUAL(progress[0].share, number);
    CAF_CHECK_EQUAL(progress[0].finished_round, 1u);
    CAF_CHECK_EQUAL(progress[0].connected, 2u);
    CAF_CHECK_EQUAL(progress[0].available, 2u);
    CAF_CHECK(progress[0].errors.empty());
    CAF_CHECK(!progress[0].over);
    CAF_CHECK(!progress[0].failure);
    check_figures(progress[0].requests, {4, 0, 0});
}

CAF_TEST(figures are from the begin of the share and errors of the last round) {
    open();
    begin(1, 2);
    finish(0);
    refuse(1);
    check_figures(latest().requests, {1, 1, 0});
    CAF_CHECK_EQUAL(latest().errors.size(), 1u);
    CAF_CHECK_EQUAL(latest().requests.failures.size(), 1u);
    begin(2, 3);
    finish_requests(3);
    CAF_CHECK_EQUAL(latest().finished_round, 2u);
    CAF_CHECK(latest().errors.empty());
    check_figures(latest().requests, {4, 1, 0});
    begin(5, 1); // It had no part in those between.
    refuse(busy_one());
    CAF_CHECK_EQUAL(latest().finished_round, 5u);
    CAF_CHECK_EQUAL(latest().errors.size(), 1u);
    check_figures(latest().requests, {4, 2, 0});
    CAF_CHECK_EQUAL(progress.size(), 3u);
}

CAF_TEST(progress is told when it is asked for in a round too) {
    open();
    tell(get_share_progress{});
    CAF_REQUIRE_EQUAL(progress.size(), 1u);
    CAF_CHECK_EQUAL(progress[0].finished_round, 0u);
    check_figures(progress[0].requests, {});
    begin(1, 4);
    finish(0);
    refuse(1);
    tell(get_share_progress{});
    CAF_REQUIRE_EQUAL(progress.size(), 2u);
    CAF_CHECK_EQUAL(progress[1].finished_round, 0u);
    CAF_CHECK_EQUAL(progress[1].connected, 2u);
    CAF_CHECK_EQUAL(progress[1].available, 0u);
    CAF_CHECK(progress[1].errors.empty()); // Of no round that has ended.
    check_figures(progress[1].requests, {1, 1, 0});
}

CAF_TEST(requests are interrupted after the time of the order) {
    interrupt_after = 2s;
    open();
    begin(1, 4);
    after(1s);
    finish(0);
    after(1s);
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    check_figures(latest().requests, {1, 0, 3});
    begin(2, 2);
    after(2s);
    CAF_CHECK_EQUAL(latest().finished_round, 2u);
    check_figures(latest().requests, {1, 0, 5});
}

CAF_TEST(arrivals of a share start at their own times) {
    open();
    begin(1, 3, 2, 250ms);
    const auto sent = [&] { return service.at(0).sent.size() + service.at(1).sent.size(); };
    CAF_CHECK_EQUAL(sent(), 0u);
    after(250ms - 1ns);
    CAF_CHECK_EQUAL(sent(), 0u);
    after(1ns);
    CAF_CHECK_EQUAL(sent(), 1u);
    after(500ms);
    CAF_CHECK_EQUAL(sent(), 2u);
    finish_requests(2);
    after(500ms);
    CAF_CHECK_EQUAL(sent(), 3u);
    CAF_CHECK_EQUAL(latest().finished_round, 0u);
    finish(busy_one());
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    check_figures(latest().requests, {3, 0, 0});
}

CAF_TEST(a round that is told while one runs does not begin) {
    open();
    begin(1, 2);
    begin(2, 2);
    finish_requests(2);
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    CAF_CHECK(!service.at(0).under_way);
    CAF_CHECK(!service.at(1).under_way);
    CAF_CHECK_EQUAL(progress.size(), 1u);
}

CAF_TEST(a round may begin before all connections are tried) {
    spawn_share();
    service.at(0).confirm("c-0");
    consume_messages();
    begin(1, 2);
    finish(0);
    finish(0);
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    CAF_CHECK_EQUAL(latest().connected, 1u);
    check_figures(latest().requests, {2, 0, 0});
    CAF_CHECK(opened.empty());
}

CAF_TEST(the status has the connections and the requests of the pool) {
    open();
    begin(1, 3);
    finish_requests(2);
    tell(get_share_status{});
    CAF_REQUIRE_EQUAL(statuses.size(), 1u);
    const auto& pool = statuses[0].pool;
    CAF_CHECK_EQUAL(statuses[0].share, number);
    CAF_CHECK_EQUAL(pool.size, 2u);
    CAF_CHECK_EQUAL(pool.served, 3u);
    CAF_CHECK_EQUAL(pool.requests.entered, 3u);
    CAF_CHECK_EQUAL(pool.requests.succeeded, 2u);
    CAF_CHECK_EQUAL(pool.requests.open, 1u);
    CAF_REQUIRE_EQUAL(pool.connections.size(), 2u);
    CAF_CHECK_EQUAL(pool.connections[1].connection_id, "c-1");
}

CAF_TEST(what is told of many random rounds is what was run) {
    std::mt19937_64 random(7);
    interrupt_after = 3s;
    settings.size = 4;
    open();
    share_outcomes done;
    std::uint64_t given = 0;
    for (std::uint64_t round = 1; round <= 40; ++round) {
        const auto load = 1 + random() % 12;
        given += load;
        begin(round, load);
        for (auto steps = random() % 10; steps > 0; --steps) {
            const auto connection = random() % settings.size;
            if (!service.at(connection).under_way)
                continue;
            const bool succeeds = random() % 3 > 0;
            succeeds ? finish(connection) : refuse(connection);
            ++(succeeds ? done.ok : done.failed);
            if (random() % 4 == 0)
                tell(get_share_progress{});
            if (!progress.empty() && latest().finished_round < round)
                CAF_CHECK_LESS_OR_EQUAL(latest().requests.ok, done.ok);
        }
        after(3s); // The rest is interrupted.
        done.interrupted = given - done.ok - done.failed;
        CAF_REQUIRE_EQUAL(latest().finished_round, round);
        check_figures(latest().requests, done);
    }
    CAF_CHECK(std::ranges::is_sorted(progress, {}, &share_progress::finished_round));
    tell(get_share_status{});
    CAF_REQUIRE_EQUAL(statuses.size(), 1u);
    CAF_CHECK_EQUAL(statuses[0].pool.requests.entered, given);
    CAF_CHECK_EQUAL(statuses[0].pool.requests.succeeded, done.ok);
    CAF_CHECK_EQUAL(statuses[0].pool.requests.open, 0u);
    CAF_CHECK(done.ok > 0 && done.failed > 0 && done.interrupted > 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
