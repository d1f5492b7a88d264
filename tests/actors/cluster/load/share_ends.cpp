#include "tests/actors/cluster/shares/share_fixture.hpp"

#include <iterator>

#define CAF_SUITE share_ends

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// How far a share is when its end comes.
enum class share_phase { clip_comes, opening, before_rounds, in_round, between_rounds, stopped };
constexpr share_phase share_phases[] = {share_phase::clip_comes,     share_phase::opening,
                                        share_phase::before_rounds,  share_phase::in_round,
                                        share_phase::between_rounds, share_phase::stopped};

struct ending_share : tests::share_fixture {
    ending_share() = default;

    explicit ending_share(share_phase phase) { reach(phase); }

    void reach(share_phase phase) {
        if (phase == share_phase::clip_comes) {
            part_bytes = 4;
            gives_clip = false;
            spawn_share();
            give_part(0, packed.substr(0, 4));
            consume_messages();
        } else if (phase == share_phase::opening) {
            spawn_share();
            service.at(0).confirm("c-0");
            consume_messages();
        } else {
            open();
        }
        if (phase >= share_phase::in_round)
            begin(1, 5);
        if (phase >= share_phase::between_rounds)
            finish_requests(5);
        if (phase == share_phase::stopped)
            tell(stop_share{});
    }

    bool has_pool() const { return !pools.empty(); }
};

const std::string shut_down = "exit_reason(user_shutdown)";

} // namespace

CAF_TEST_FIXTURE_SCOPE(share_ends_tests, ending_share)

CAF_TEST(a share without its coordinator ends in every phase with all that it has) {
    for (auto phase : share_phases) {
        ending_share f(phase);
        f.kill_coordinator();
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, "the coordinator was lost: exit_reason(kill)");
        f.check_nothing_lives();
    }
}

CAF_TEST(a coordinator that is silent for more than five seconds is lost) {
    for (auto phase : share_phases) {
        ending_share f(phase);
        f.after(20s); // As long as it asks.
        f.tell(get_share_progress{});
        f.asks = false;
        f.after(5s);
        CAF_CHECK(!f.ended);
        f.after(1s);
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, "the coordinator was silent for too long");
        f.check_nothing_lives();
    }
}

CAF_TEST(requests of a share without its coordinator are cancelled) {
    reach(share_phase::in_round);
    caf::anon_send_exit(coordinator, caf::exit_reason::kill);
    consume_messages();
    for (std::size_t i = 0; i < 2; ++i) {
        CAF_CHECK_EQUAL(service.at(i).sent.size(), 1u);
        CAF_CHECK(service.at(i).close_asked);
    }
    check_nothing_lives();
}

CAF_TEST(a coordinator that ended before the order came ends the share) {
    spawn_coordinator();
    const auto order = make_order();
    kill_coordinator();
    driver = sys.spawn(share_driver, share_plan{order, factory()});
    share = driver;
    note_end();
    consume_messages();
    check_nothing_lives();
}

CAF_TEST(a share whose rounds cannot be driven ends with the reason) {
    interrupt_after = 10'000h; // Longer than settings may be.
    spawn_share();
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_NOT_EQUAL(ended->find("interrupt-after"), std::string::npos);
    check_nothing_lives();
}

CAF_TEST(a closed share ends in every phase with all that it has) {
    for (auto phase : share_phases) {
        ending_share f(phase);
        f.tell(close_share{});
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, shut_down);
        f.check_nothing_lives();
    }
}

CAF_TEST(a share that closes waits for its sessions and runs nothing) {
    reach(share_phase::between_rounds);
    for (std::size_t i = 0; i < 2; ++i)
        service.at(i).answers_close = false;
    tell(close_share{});
    begin(2, 2);
    const auto told = progress.size();
    tell(get_share_progress{});
    tell(stop_share{});
    tell(close_share{});
    CAF_CHECK(!ended);
    CAF_CHECK_EQUAL(progress.size(), told);
    CAF_CHECK(!service.at(0).under_way);
    service.end_all();
    consume_messages();
    CAF_CHECK(ended.has_value());
    check_nothing_lives();
}

CAF_TEST(a share ends with its pool) {
    for (auto phase : share_phases) {
        ending_share f(phase);
        if (!f.has_pool())
            continue;
        caf::anon_send_exit(f.pools[0], caf::exit_reason::kill);
        f.consume_messages();
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, "the pool ended: exit_reason(kill)");
        f.check_nothing_lives();
    }
}

CAF_TEST(a share ends with its round driver) {
    for (auto phase : {share_phase::opening, share_phase::before_rounds, share_phase::in_round,
                       share_phase::between_rounds}) {
        ending_share f(phase);
        const auto rounds = f.round_driver_of_share();
        CAF_CHECK(rounds != f.driver);
        caf::anon_send_exit(rounds, caf::exit_reason::kill);
        f.consume_messages();
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, "the round driver ended: exit_reason(kill)");
        f.check_nothing_lives();
    }
}

// -- stopping --------------------------------------------------------------------------

CAF_TEST(a share that is stopped while its clip comes ends) {
    reach(share_phase::clip_comes);
    tell(stop_share{});
    CAF_REQUIRE(ended.has_value());
    CAF_CHECK_EQUAL(*ended, shut_down);
    CAF_CHECK(pools.empty());
    check_nothing_lives();
}

CAF_TEST(a share that is stopped while it opens waits for no connections) {
    reach(share_phase::opening);
    tell(stop_share{});
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK(opened[0].pool.cancelled);
    CAF_REQUIRE_EQUAL(progress.size(), 1u);
    CAF_CHECK(progress[0].over);
    CAF_CHECK(!progress[0].failure);
    CAF_CHECK_EQUAL(progress[0].finished_round, 0u);
    CAF_CHECK(!ended); // Until it is closed.
    tell(close_share{});
    check_nothing_lives();
}

CAF_TEST(a share that is stopped in a round lets end what runs) {
    reach(share_phase::in_round);
    tell(stop_share{});
    CAF_CHECK(progress.empty());
    begin(2, 5);
    finish(0);
    CAF_CHECK(progress.empty());
    finish(1);
    CAF_REQUIRE(!progress.empty());
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    CAF_CHECK(latest().over);
    CAF_CHECK(!latest().failure);
    CAF_CHECK_EQUAL(latest().requests.ok, 2u);
    CAF_CHECK_EQUAL(latest().requests.cancelled, 3u); // They had waited.
    CAF_CHECK_EQUAL(latest().requests.failed, 0u);
    CAF_CHECK(latest().requests.failures.empty());
    tell(get_share_status{});
    CAF_REQUIRE_EQUAL(statuses.size(), 1u);
    CAF_CHECK_EQUAL(statuses[0].pool.requests.entered, 5u);
    CAF_CHECK_EQUAL(statuses[0].pool.requests.open, 0u);
    CAF_CHECK(!ended);
}

CAF_TEST(what runs in a share that is stopped has the drain timeout) {
    reach(share_phase::in_round);
    tell(stop_share{});
    after(10s - 1ms);
    CAF_CHECK(!latest().over);
    after(1ms);
    CAF_CHECK(latest().over);
    CAF_CHECK_EQUAL(latest().requests.cancelled, 5u);
}

CAF_TEST(a share that is stopped between rounds is over at once) {
    for (auto phase : {share_phase::before_rounds, share_phase::between_rounds}) {
        ending_share f(phase);
        f.tell(stop_share{});
        CAF_CHECK(f.latest().over);
        CAF_CHECK(!f.latest().failure);
        const bool played = phase == share_phase::between_rounds;
        CAF_CHECK_EQUAL(f.latest().finished_round, played ? 1u : 0u);
        CAF_CHECK_EQUAL(f.latest().requests.ok, played ? 5u : 0u);
        f.begin(2, 5);
        f.tell(stop_share{});
        CAF_CHECK(!f.service.at(0).under_way);
        f.tell(get_share_progress{});
        CAF_CHECK(f.latest().over);
        CAF_CHECK(!f.ended);
    }
}

CAF_TEST(a pool that fails ends the rounds and why is told) {
    settings.max_restarts = 0;
    open();
    service.at(0).throws_on_send = true;
    service.at(1).throws_on_send = true;
    begin(1, 3);
    CAF_REQUIRE(!progress.empty());
    CAF_CHECK(latest().over);
    CAF_CHECK(latest().failure.code == protocol::failure_code::pool_failed);
    CAF_CHECK_EQUAL(latest().requests.failed, 3u);
    CAF_CHECK_EQUAL(latest().finished_round, 1u);
    CAF_CHECK(!ended);
    tell(close_share{});
    check_nothing_lives();
}

// -- the end of the node ---------------------------------------------------------------

CAF_TEST(a share of a node that ends tells its last progress and ends) {
    for (auto phase : share_phases) {
        ending_share f(phase);
        f.drain();
        if (phase == share_phase::in_round) {
            CAF_CHECK(!f.ended);
            f.finish(0);
            f.finish(1);
        }
        CAF_REQUIRE(f.ended.has_value());
        CAF_CHECK_EQUAL(*f.ended, shut_down);
        if (f.has_pool()) {
            CAF_CHECK(f.latest().over);
            CAF_CHECK(!f.latest().failure);
            const auto given = phase >= share_phase::in_round ? 5u : 0u;
            CAF_CHECK_EQUAL(f.latest().requests.ok + f.latest().requests.cancelled, given);
            CAF_CHECK_EQUAL(f.latest().finished_round, given > 0 ? 1u : 0u);
        }
        f.check_nothing_lives();
    }
}

CAF_TEST(a share of a node that ends has the drain timeout for what runs) {
    reach(share_phase::in_round);
    finish(0);
    drain();
    after(10s - 1ms);
    CAF_CHECK(!ended);
    after(1ms);
    CAF_CHECK(ended.has_value());
    CAF_CHECK(latest().over);
    CAF_CHECK_EQUAL(latest().requests.ok, 1u);
    CAF_CHECK_EQUAL(latest().requests.cancelled, 4u);
    check_nothing_lives();
}

// Its pool has no connection, and so closes at once.
CAF_TEST(the last progress is told whenever the end of the node comes) {
    bool went_on = true;
    for (std::size_t steps = 0; went_on && steps < 100; ++steps) {
        ending_share f;
        f.spawn_share();
        for (std::size_t i = 0; i < 2; ++i)
            f.service.at(i).die(protocol::failure_code::connection_failed, "refused");
        f.consume_messages();
        f.begin(1, 3);
        caf::anon_send(f.share, stop_share{});
        for (std::size_t i = 0; i < steps; ++i)
            went_on = f.sched.try_run_once();
        f.drain();
        CAF_REQUIRE(f.ended.has_value());
        CAF_REQUIRE(!f.progress.empty());
        CAF_CHECK(f.latest().over);
        CAF_CHECK_EQUAL(f.latest().requests.cancelled, 3u);
        CAF_CHECK_EQUAL(f.latest().finished_round, 1u);
        f.check_nothing_lives();
    }
    CAF_CHECK(!went_on);
}

CAF_TEST_FIXTURE_SCOPE_END()
