#include "report/balance.hpp"
#include "tests/actors/cluster/load/conductor_fixture.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#define CAF_SUITE load_conductor

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

struct conducted_run : conductor_fixture {
    void play_on(std::size_t count) {
        make_nodes(count);
        open();
        play();
    }

    void stop() {
        caf::anon_send(load_driver_actor(conductor), stop_rounds{});
        run_actors();
    }

    std::vector<std::uint64_t> given() const {
        std::vector<std::uint64_t> requests;
        for (const auto& node : nodes)
            requests.push_back(node.begun.empty() ? 0 : node.begun.back().load.requests);
        return requests;
    }

    /// The run so far, with the figures of all pools.
    run_report whole_report() {
        auto all = report();
        ask_status();
        CAF_REQUIRE(!statuses.empty());
        all.pool = statuses.back();
        return all;
    }

    /// Every request of the rounds that ended is there, once, in each way to count them.
    void check_books(const run_report& all, std::uint64_t planned) {
        CAF_CHECK_EQUAL(report::requests_with_result(all), planned);
        std::uint64_t rows = 0;
        for (const auto& node : all.nodes)
            rows += node.ok + node.failed + node.interrupted + node.cancelled + node.lost;
        CAF_CHECK_EQUAL(rows, planned);
        std::uint64_t rounds = 0;
        for (const auto& round : all.rounds)
            rounds += round.ok + round.failed + round.interrupted + round.cancelled;
        CAF_CHECK_EQUAL(rounds, planned);
        const auto imbalance = report::imbalance(all);
        if (imbalance)
            CAF_ERROR(*imbalance);
    }
};

std::uint64_t count_of(const run_report& all, protocol::failure_code code) {
    for (const auto& each : all.failures)
        if (each.sample.code == code)
            return each.count;
    return 0;
}

using numbers = std::vector<std::uint64_t>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(conductor_tests, conducted_run)

CAF_TEST(a pool and its load are divided among the nodes) {
    play_on(3);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 10u);
    CAF_CHECK_EQUAL(opened[0].size, 10u);
    CAF_CHECK_EQUAL(nodes[0].order.pool.size, 4u);
    CAF_CHECK_EQUAL(nodes[1].order.pool.size, 3u);
    CAF_CHECK_EQUAL(nodes[2].order.pool.size, 3u);
    CAF_CHECK(given() == (numbers{8, 6, 6}));
    std::vector<std::uint64_t> slots;
    for (const auto& each : tried)
        slots.push_back(each.slot);
    std::ranges::sort(slots);
    CAF_CHECK(slots == (numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    for (const auto& node : nodes)
        CAF_CHECK_EQUAL(node.clip.size(), node.order.clip_bytes);
    CAF_CHECK_EQUAL(plans.size(), 1u);
    CAF_CHECK_EQUAL(plans[0].connections, 10u);
}

CAF_TEST(the next round begins when all nodes are done and the pause is over) {
    play_on(3);
    finish(nodes[0]);
    finish(nodes[2]);
    after(1min);
    CAF_CHECK(ended.empty());
    finish(nodes[1]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 20u);
    after(29s);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    after(1s);
    CAF_CHECK_EQUAL(begun.size(), 2u);
    finish_round();
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(!finished[0].interrupted);
    CAF_CHECK(!finished[0].failure);
    const auto all = whole_report();
    check_books(all, 40);
    CAF_CHECK_EQUAL(all.ok, 40u);
    CAF_CHECK_EQUAL(all.nodes.size(), 3u);
    CAF_CHECK_EQUAL(all.nodes[1].name, "node:1");
    CAF_CHECK_EQUAL(all.nodes[1].sessions, 3u);
    CAF_CHECK_EQUAL(all.nodes[1].losses, 0u);
}

CAF_TEST(an error that a node answers with does not end the run) {
    play_on(3);
    caf::anon_send(caf::actor_cast<caf::actor>(conductor),
                   caf::make_error(caf::sec::unexpected_message));
    run_actors();
    for (auto& node : nodes)
        finish(node);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 20u);
}

CAF_TEST(with an arrival rate each node takes every third arrival) {
    plan.rounds.arrival_rate = 10;
    play_on(3);
    CAF_CHECK(given() == (numbers{7, 7, 6}));
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& load = nodes[i].begun.back().load;
        CAF_CHECK_EQUAL(load.first_arrival, i * 100ms);
        CAF_CHECK(std::abs(load.arrival_rate - 10.0 / 3) < 1e-9);
    }
}

CAF_TEST(a node without requests of a round has no part in it) {
    plan.rounds.concurrency = 1;
    play_on(3);
    CAF_CHECK_EQUAL(std::ranges::count(given(), 1u), 1);
    finish_round();
    CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST(what a node that is lost had not told is lost) {
    play_on(3);
    count(nodes[1], 2);
    tell(nodes[1]);
    count(nodes[1], 1); // Not told.
    end(nodes[1]);
    run_actors();
    finish(nodes[0]);
    finish(nodes[2]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 16u);
    CAF_CHECK_EQUAL(ended[0].failed, 4u);
    CAF_REQUIRE(!ended[0].errors.empty());
    CAF_CHECK(ended[0].errors[0].find("4 requests of node node:1, which was lost: ") == 0);
    CAF_CHECK_EQUAL(ended[0].listed, 4u);
    after(30s);
    CAF_CHECK(given()[0] + given()[2] == 20u); // The load of later rounds is as planned.
    finish_round();
    const auto all = whole_report();
    check_books(all, 40);
    CAF_CHECK_EQUAL(count_of(all, protocol::failure_code::node_lost), 4u);
    CAF_CHECK_EQUAL(all.nodes[1].lost, 4u);
    CAF_CHECK_EQUAL(all.nodes[1].ok, 2u);
    CAF_CHECK_EQUAL(all.nodes[1].losses, 1u);
}

CAF_TEST(a node that is back has a part of the next round) {
    play_on(2);
    end(nodes[1]);
    run_actors();
    start(nodes[1]);
    after(2s); // Within its back-off.
    CAF_CHECK_EQUAL(nodes[1].shares, 2u);
    CAF_CHECK(nodes[1].begun.empty());
    finish(nodes[0]);
    CAF_CHECK_EQUAL(ended.size(), 1u);
    after(30s);
    CAF_CHECK(given() == (numbers{10, 10}));
    finish_round();
    CAF_CHECK_EQUAL(finished.size(), 1u);
    const auto all = whole_report();
    check_books(all, 40);
    CAF_CHECK_EQUAL(all.nodes[1].lost, 10u);
    CAF_CHECK_EQUAL(all.nodes[1].ok, 10u);
}

CAF_TEST(what a lost share still tells is dropped) {
    play_on(2);
    const auto lost = nodes[1].order.share;
    const auto owner = nodes[1].order.owner;
    end(nodes[1]);
    run_actors();
    count(nodes[1], 10);
    nodes[1].finished_round = 1;
    tell(nodes[1], lost);
    CAF_CHECK(ended.empty());
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 10u);
    tell(nodes[1], lost);
    caf::anon_send(owner, share_opened{lost, {5, 5, {}, false}});
    caf::anon_send(owner, next_clip_part{lost, 0});
    caf::anon_send(owner, share_status{lost, {}});
    run_actors();
    after(30s);
    finish_round();
    check_books(whole_report(), 40);
}

CAF_TEST(what is told twice counts once) {
    play_on(2);
    finish(nodes[0]);
    tell(nodes[0]);
    tell(nodes[0]);
    CAF_CHECK(ended.empty());
    finish(nodes[1]);
    tell(nodes[1]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 20u);
    CAF_CHECK_EQUAL(report().ok, 20u);
}

CAF_TEST(a share that tells more than it was given is not believed) {
    play_on(2);
    count(nodes[1], 11);
    tell(nodes[1]);
    CAF_CHECK(nodes[1].closed);
    finish(nodes[0]);
    const auto all = report();
    CAF_CHECK_EQUAL(all.ok, 10u);
    CAF_CHECK_EQUAL(count_of(all, protocol::failure_code::node_lost), 10u);
}

CAF_TEST(a share that takes back what it told is not believed) {
    play_on(2);
    count(nodes[1], 5);
    tell(nodes[1]);
    nodes[1].done = std::make_unique<report::run_figures>();
    tell(nodes[1]);
    CAF_CHECK(nodes[1].closed);
    finish(nodes[0]);
    const auto all = report();
    CAF_CHECK_EQUAL(all.ok, 15u);
    CAF_CHECK_EQUAL(all.failed, 5u);
}

CAF_TEST(a share that is silent is lost) {
    play_on(2);
    nodes[1].answers = false;
    after(4s);
    CAF_CHECK_EQUAL(nodes[1].shares, 1u);
    after(2s);
    CAF_CHECK_EQUAL(nodes[1].shares, 2u); // It still greets.
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK(ended[0].errors[0].find("silent for too long") != std::string::npos);
}

CAF_TEST(a worker that stops ends its part of the round) {
    play_on(2);
    count(nodes[1], 3, 2);
    nodes[1].finished_round = 1;
    nodes[1].over = true;
    tell(nodes[1]);
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 13u);
    CAF_CHECK_EQUAL(ended[0].failed, 7u);
    after(30s);
    finish_round();
    const auto all = whole_report();
    CAF_CHECK_EQUAL(all.nodes[1].failed, 2u);
    CAF_CHECK_EQUAL(all.nodes[1].lost, 5u);
    check_books(all, 40);
}

CAF_TEST(a share whose pool failed is lost with the reason) {
    play_on(2);
    share_progress last;
    last.share = nodes[1].order.share;
    last.over = true;
    last.failure.code = protocol::failure_code::pool_failed;
    last.failure.detail = "the pool failed";
    caf::anon_send(nodes[1].order.owner, last);
    run_actors();
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    const auto all = report();
    CAF_CHECK_EQUAL(all.failed, 10u);
    CAF_CHECK(describe(all.failures[0].sample).find("the pool failed") != std::string::npos);
}

CAF_TEST(a run without any node left ends) {
    plan.rounds.count = 5;
    play_on(2);
    end(nodes[0]);
    end(nodes[1]);
    run_actors();
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(describe(finished[0].failure).find("no node is left; the last one: node:") == 0);
    CAF_CHECK(ended.back().last);
    check_books(whole_report(), 20);
}

CAF_TEST(a run whose nodes are all lost between two rounds ends when the next is due) {
    play_on(2);
    finish_round();
    end(nodes[0]);
    end(nodes[1]);
    after(29s);
    CAF_CHECK(finished.empty());
    after(2s);
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(finished[0].failure);
    check_books(whole_report(), 20);
}

CAF_TEST(a round waits for the only node to open its pool again) {
    play_on(1);
    finish_round();
    end(nodes[0]);
    run_actors();
    nodes[0].opens = false;
    start(nodes[0]);
    after(40s);
    CAF_CHECK_EQUAL(begun.size(), 1u);
    CAF_CHECK(finished.empty());
    tell_opened(nodes[0]);
    run_actors();
    CAF_CHECK_EQUAL(begun.size(), 2u);
    finish_round();
    check_books(whole_report(), 40);
}

CAF_TEST(a node that cannot be reached leaves the pool smaller) {
    make_nodes(3);
    nodes[1].reachable = false;
    open();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 7u);
    CAF_CHECK_EQUAL(opened[0].size, 10u);
    CAF_REQUIRE_EQUAL(opened[0].failures.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].failures[0].count, 3u);
    CAF_CHECK_EQUAL(describe(opened[0].failures[0].sample),
                    "node node:1 is unavailable: Connection refused");
    CAF_CHECK_EQUAL(tried.size(), 10u);
    play();
    CAF_CHECK(given() == (numbers{11, 0, 9}));
    nodes[1].reachable = true; // Late.
    after(15s);
    finish_round();
    after(30s);
    CAF_CHECK(given() == (numbers{8, 6, 6}));
    finish_round();
    const auto all = whole_report();
    check_books(all, 40);
    CAF_CHECK_EQUAL(all.nodes[1].losses, 1u);
    CAF_CHECK_EQUAL(all.nodes[1].lost, 0u);
}

CAF_TEST(without any node nothing opens) {
    make_nodes(2);
    for (auto& node : nodes)
        node.reachable = false;
    open();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 0u);
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a node that does not greet is given up after a while) {
    make_nodes(2);
    nodes[0].greets = false;
    open();
    CAF_CHECK(opened.empty());
    after(5s);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 5u);
}

CAF_TEST(a node that takes no order is given up after a while) {
    make_nodes(2);
    nodes[0].accepts = false;
    open();
    CAF_CHECK(opened.empty());
    after(5s);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 5u);
}

CAF_TEST(a node of another version is refused and both versions are named) {
    make_nodes(2);
    nodes[1].version = node_wire_version + 1;
    open();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    const auto why = describe(opened[0].failures.at(0).sample);
    CAF_CHECK(why.find("version " + std::to_string(node_wire_version) + " with other nodes") !=
              std::string::npos);
    CAF_CHECK(why.find("version " + std::to_string(node_wire_version + 1) +
                       " (avatar-pool 0.0.1)") != std::string::npos);
    CAF_CHECK_EQUAL(nodes[1].shares, 0u);
}

CAF_TEST(a node that refuses its share says why) {
    make_nodes(2);
    nodes[1].refuses = "it is full";
    open();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(describe(opened[0].failures.at(0).sample),
                    "node node:1 is unavailable: it takes no share: it is full");
}

CAF_TEST(a node that is lost while it opens is not waited for) {
    make_nodes(2);
    nodes[1].opens = false;
    open();
    CAF_CHECK(opened.empty());
    end(nodes[1]);
    run_actors();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 5u);
    CAF_CHECK_EQUAL(opened[0].failures.at(0).count, 5u);
}

CAF_TEST(a run that is stopped ends with what the nodes had running) {
    play_on(2);
    count(nodes[0], 3);
    tell(nodes[0]);
    stop();
    CAF_CHECK(nodes[0].stopped && nodes[1].stopped);
    for (auto& node : nodes) {
        node.finished_round = 1;
        node.over = true;
        tell(node);
    }
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(finished[0].interrupted);
    CAF_CHECK(!finished[0].failure);
    const auto all = whole_report();
    CAF_CHECK_EQUAL(all.ok, 3u);
    CAF_CHECK_EQUAL(all.failed, 0u); // What was not begun was not planned any more.
    CAF_CHECK(!report::imbalance(all));
    CAF_CHECK_EQUAL(all.nodes[0].losses, 0u);
}

CAF_TEST(a run that is stopped while it opens ends without a round) {
    make_nodes(3);
    nodes[1].opens = false;
    nodes[2].greets = false;
    open();
    caf::anon_send(run_pool_actor(conductor), drain_pool{});
    run_actors();
    CAF_CHECK(opened.empty()); // Of the second something is on its way.
    CAF_CHECK(nodes[1].stopped);
    end(nodes[1]);
    run_actors();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK(opened[0].cancelled);
    play();
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(finished[0].interrupted);
}

CAF_TEST(a node that is lost after the run was stopped loses what it had running) {
    play_on(2);
    stop();
    end(nodes[1]);
    nodes[0].finished_round = 1;
    nodes[0].over = true;
    tell(nodes[0]);
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    const auto all = whole_report();
    CAF_CHECK_EQUAL(all.nodes[1].lost, 10u);
    CAF_CHECK(!report::imbalance(all));
}

CAF_TEST(a run that is stopped between two rounds ends at once) {
    play_on(2);
    finish_round();
    stop();
    CAF_CHECK_EQUAL(finished.size(), 1u);
}

CAF_TEST(the pools are closed and nothing lives on) {
    play_on(3);
    finish_round();
    after(30s);
    finish_round();
    close();
    CAF_CHECK_EQUAL(closed, 1);
    for (const auto& node : nodes)
        CAF_CHECK(node.closed);
}

CAF_TEST(a node that does not close is left after a while) {
    play_on(2);
    nodes[1].closes = nodes[1].answers = false;
    finish_round();
    close();
    CAF_CHECK_EQUAL(closed, 0);
    after(20s);
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(a node that is lost while it closes is closed) {
    play_on(2);
    finish_round();
    nodes[1].closes = false;
    close();
    CAF_CHECK_EQUAL(closed, 0);
    end(nodes[1]);
    run_actors();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(figures of pools that are not told in time are those of the results) {
    play_on(2);
    finish_round();
    nodes[1].answers = false;
    ask_status();
    CAF_CHECK(statuses.empty());
    after(4s);
    CAF_CHECK(statuses.empty());
    after(2s);
    CAF_REQUIRE(!statuses.empty());
    auto all = report();
    all.pool = statuses.back();
    CAF_CHECK(!report::imbalance(all));
}

CAF_TEST(a share that does not get on with opening is lost) {
    make_nodes(2);
    nodes[1].opens = false;
    open();
    after(119s);
    CAF_CHECK(opened.empty());
    after(3s);
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 5u);
}

CAF_TEST(a share that tells no results for longer than requests take is lost) {
    plan.shares.pool.borrow_timeout = 10s;
    plan.shares.pool.request_timeout = 20s;
    plan.shares.pool.retries = 1;
    play_on(2);
    finish(nodes[0]);
    count(nodes[1], 1);
    tell(nodes[1]);
    after(108s);
    CAF_CHECK(ended.empty());
    count(nodes[1], 1); // It gets on.
    tell(nodes[1]);
    after(108s);
    CAF_CHECK(ended.empty());
    after(4s);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 12u);
    CAF_CHECK_EQUAL(ended[0].failed, 8u);
}

CAF_TEST(a share that does not stop is lost after its requests had their time) {
    play_on(2);
    finish(nodes[0]);
    stop();
    nodes[0].over = true;
    tell(nodes[0]);
    after(19s);
    CAF_CHECK(finished.empty());
    after(2s);
    CAF_REQUIRE_EQUAL(finished.size(), 1u);
    CAF_CHECK(!report::imbalance(whole_report()));
}

CAF_TEST(a share that does not stop while it opens is lost likewise) {
    make_nodes(2);
    nodes[1].opens = false;
    open();
    caf::anon_send(run_pool_actor(conductor), drain_pool{});
    after(19s);
    CAF_CHECK(opened.empty());
    after(2s);
    CAF_CHECK_EQUAL(opened.size(), 1u);
}

CAF_TEST(texts of other nodes are short and on one line) {
    play_on(2);
    const std::string wild = "\x1b[2J\n" + std::string(500'000, 'x');
    share_progress last;
    last.share = nodes[1].order.share;
    last.finished_round = 1;
    last.errors = std::vector<std::string>(100, wild);
    last.over = true;
    last.failure.code = protocol::failure_code::pool_failed;
    last.failure.detail = wild;
    caf::anon_send(nodes[1].order.owner, last);
    run_actors();
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    const auto all = report();
    CAF_REQUIRE_EQUAL(all.nodes.size(), 2u); // The stats actor lives.
    std::vector<std::string> texts = ended[0].errors;
    texts.push_back(all.nodes[1].why);
    for (const auto& text : texts) {
        CAF_CHECK_LESS(text.size(), 1'000u);
        CAF_CHECK(text.find_first_of("\x1b\n") == std::string::npos);
    }
}

CAF_TEST(a share that ends its round early is lost) {
    play_on(2);
    count(nodes[1], 2);
    nodes[1].finished_round = 7;
    tell(nodes[1]);
    finish(nodes[0]);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].failed, 8u);
    after(30s);
    finish_round();
    const auto all = whole_report();
    CAF_CHECK_EQUAL(all.nodes[1].losses, 1u);
    check_books(all, 40);
}

CAF_TEST(a node that refuses again and again was unavailable once) {
    make_nodes(2);
    nodes[1].refuses = "it is full";
    open();
    play();
    finish(nodes[0]);
    after(30s);
    finish(nodes[0]);
    CAF_CHECK_GREATER(nodes[1].shares, 3u);
    const auto all = report();
    CAF_CHECK_EQUAL(all.nodes.at(1).losses, 1u);
}

CAF_TEST(a node that is gone when the others have opened is not counted) {
    make_nodes(2);
    nodes[1].opens = false;
    open();
    end(nodes[0]);
    run_actors();
    tell_opened(nodes[1]);
    run_actors();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 5u);
}

CAF_TEST(a share does not have more connections than it was to open) {
    make_nodes(2);
    nodes[1].opens = false;
    open();
    caf::anon_send(nodes[1].order.owner,
                   share_opened{nodes[1].order.share, {UINT64_MAX, UINT64_MAX, {}, false}});
    run_actors();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 10u);
}

CAF_TEST(nodes are known to the report from the begin) {
    play_on(2);
    caf::anon_send_exit(conductor, caf::exit_reason::kill);
    run_actors();
    const auto all = report();
    CAF_REQUIRE_EQUAL(all.nodes.size(), 2u);
    CAF_CHECK_EQUAL(all.nodes[0].name, "node:0");
    CAF_CHECK_EQUAL(all.nodes[1].sessions, 5u);
}

CAF_TEST(whatever happens every request has one outcome) {
    std::mt19937 random(7);
    const auto one_in = [&](unsigned n) { return random() % n == 0; };
    for (int sequence = 0; sequence < 60; ++sequence) {
        conducted_run run;
        run.plan.rounds.count = 4;
        run.plan.rounds.interval = 5s;
        run.plan.rounds.concurrency = 1 + random() % 40;
        if (one_in(3))
            run.plan.rounds.arrival_rate = 50;
        run.make_nodes(1 + random() % 5);
        run.open();
        run.play();
        for (int step = 0; step < 400 && run.finished.empty(); ++step) {
            auto& node = run.nodes[random() % run.nodes.size()];
            const bool runs = node.endpoint && !node.begun.empty() &&
                              node.finished_round < node.begun.back().round;
            if (!node.endpoint) {
                if (one_in(4))
                    run.start(node);
            } else if (one_in(12)) {
                run.end(node);
            } else if (one_in(30)) {
                node.answers = !node.answers;
            } else if (runs && one_in(2)) {
                run.finish(node);
            } else if (runs) {
                std::uint64_t given = 0;
                for (const auto& each : node.begun)
                    given += each.load.requests;
                if (given > node.entered)
                    run.count(node, one_in(2), one_in(5) && given > node.entered + 1);
                if (node.entered <= given && one_in(2))
                    run.tell(node);
            }
            if (one_in(60))
                run.stop();
            run.after(std::chrono::milliseconds(random() % 2'000));
            for (auto& each : run.nodes)
                if (each.stopped && each.endpoint && !each.over) {
                    each.over = true;
                    run.tell(each);
                }
        }
        CAF_REQUIRE_EQUAL(run.finished.size(), 1u);
        auto all = run.report();
        run.ask_status();
        run.after(6s);
        CAF_REQUIRE_EQUAL(run.statuses.size(), 1u);
        all.pool = run.statuses[0];
        std::uint64_t planned = run.ended.size() * run.plan.rounds.requests();
        if (run.finished[0].interrupted && !run.finished[0].failure) // Some were not begun.
            planned = std::min<std::uint64_t>(planned, all.ok + all.failed);
        run.check_books(all, planned);
        run.close();
        run.after(25s);
        CAF_CHECK_EQUAL(run.closed, 1);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
