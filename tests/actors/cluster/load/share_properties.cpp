#include "actors/cluster/shares/share_account.hpp"
#include "tests/actors/cluster/shares/share_fixture.hpp"

#include <algorithm>
#include <random>

#define CAF_SUITE share_properties

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A share, its coordinator and the service do anything, and actors run in any order.
struct random_share : tests::share_fixture {
    explicit random_share(std::uint64_t seed) : random(seed) {
        settings.retries = seed % 2;
        settings.reconnect_max = 1s;
        interrupt_after = seed % 3 == 0 ? 2s : 0s;
        part_bytes = 20;
        spawn_coordinator();
        driver = sys.spawn(share_driver, share_plan{make_order(), factory()});
        share = driver;
        note_end();
    }

    std::size_t below(std::size_t bound) { return random() % bound; }

    /// Some of what is to be done is done.
    void run_some() {
        for (auto left = below(12); left > 0 && !sched.jobs.empty(); --left) {
            const auto chosen =
                sched.jobs.begin() + static_cast<std::ptrdiff_t>(below(sched.jobs.size()));
            std::rotate(sched.jobs.begin(), chosen, chosen + 1);
            sched.run_once();
        }
    }

    void let_service_act() {
        if (service.made() == 0)
            return;
        const auto i = below(service.made());
        auto& at = service.at(i);
        if (!at.lives() || !at.opened)
            return;
        if (!at.confirmed)
            below(4) > 0 ? at.confirm("c-" + std::to_string(i))
                         : at.die(protocol::failure_code::connection_failed, "refused");
        else if (below(12) == 0)
            at.die(protocol::failure_code::connection_closed, "gone", below(2) == 0);
        else if (at.under_way)
            at.finish();
    }

    /// The next round, when the last one has ended.
    void begin_next() {
        const auto done = progress.empty() ? 0 : latest().finished_round;
        if (done < round || opened.empty())
            return;
        last_load = {1 + below(8), {}, below(2) == 0 ? 0 : 5.0};
        account.give(last_load.requests);
        caf::anon_send(share, begin_round{++round, last_load});
    }

    void act() {
        switch (below(8)) {
        case 0:
            begin_next();
            break;
        case 1:
            caf::anon_send(share, get_share_status{});
            break;
        case 2:
            consume_messages();
            advance_time(nanoseconds(below(1'000'000'000)));
            break;
        default:
            let_service_act();
        }
        caf::anon_send(share, get_share_progress{});
        run_some();
    }

    void end() {
        how = below(5);
        if (how == 1 || (how < 2 && below(3) == 0))
            caf::anon_send(share, stop_share{});
        run_some();
        if (how <= 1)
            caf::anon_send(share, close_share{});
        else if (how == 2)
            caf::anon_send(driver, drain_pool{});
        else if (how == 3)
            caf::anon_send_exit(coordinator, caf::exit_reason::kill);
        else
            asks = false;
        for (int i = 0; i < 60 && !ended; ++i) {
            let_service_act();
            run_some();
            after(500ms);
        }
    }

    /// All that the share has told fits what it was given, at each time.
    void check_told() {
        std::uint64_t finished = 0;
        for (const auto& each : progress) {
            CAF_CHECK_EQUAL(each.share, number);
            CAF_CHECK(account.report(each.requests));
            CAF_CHECK(is_acceptable(each.requests));
            CAF_CHECK_GREATER_OR_EQUAL(each.finished_round, finished);
            CAF_CHECK_LESS_OR_EQUAL(each.finished_round, round);
            CAF_CHECK(!each.failure);
            finished = each.finished_round;
        }
        std::size_t tries = 0;
        for (const auto& each : tried)
            tries += each.tried.size();
        CAF_CHECK_LESS_OR_EQUAL(tries, settings.size);
        CAF_CHECK_LESS_OR_EQUAL(opened.size(), 1u);
        if (!opened.empty() && !opened[0].pool.cancelled)
            CAF_CHECK_EQUAL(tries, settings.size);
    }

    bool was_drained() const { return how == 2 && !pools.empty(); }

    std::mt19937_64 random;
    share_account account;
    std::uint64_t round = 0;
    round_load last_load;
    std::size_t how = 0;
};

} // namespace

CAF_TEST(whatever happens a share tells what it has done and leaves nothing) {
    std::size_t rounds = 0, drained = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        random_share f(seed);
        for (auto left = f.below(150); left > 0; --left)
            f.act();
        f.end();
        CAF_REQUIRE(f.ended.has_value());
        f.check_told();
        if (f.was_drained()) {
            CAF_REQUIRE(!f.progress.empty());
            CAF_CHECK(f.latest().over);
            // The last round may not have begun, or not all of its requests in turn.
            const auto open = f.account.open();
            const auto& last = f.last_load;
            CAF_CHECK(open == 0 || (last.arrival_rate > 0 && open < last.requests) ||
                      (open == last.requests && f.latest().finished_round < f.round));
            ++drained;
        }
        rounds += f.round;
        f.check_nothing_lives();
    }
    CAF_CHECK_GREATER(rounds, 200u);
    CAF_CHECK_GREATER(drained, 10u);
}
