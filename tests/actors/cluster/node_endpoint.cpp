#include "actors/cluster/node_endpoint.hpp"

#include "config/version.hpp"
#include "tests/actors/cluster/shares/share_fixture.hpp"

#include <functional>

#define CAF_SUITE node_endpoint

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A worker, and a coordinator that asks it for shares.
struct worker_fixture : tests::share_fixture {
    worker_fixture() { spawn_coordinator(); }

    ~worker_fixture() override {
        for (auto& each : accepted)
            if (each.share)
                caf::anon_send(each.share, close_share{});
        consume_messages();
        caf::anon_send_exit(endpoint, caf::exit_reason::kill);
        consume_messages();
    }

    void spawn_worker() {
        endpoint = sys.spawn(node_endpoint, node_endpoint_plan{factory(), check, max_shares});
    }

    /// As a coordinator reaches it.
    node_endpoint_actor published() const { return node_endpoint_actor(endpoint); }

    node_welcome greet(std::uint32_t version = node_wire_version) {
        node_welcome answer;
        sys.spawn([&, this](caf::event_based_actor* asker) {
            asker->request(published(), caf::infinite, node_hello{version, "0.0.1 of\nothers"})
                .then([&](const node_welcome& is) { answer = is; });
        });
        consume_messages();
        return answer;
    }

    const share_accepted& order(const open_share& wanted) {
        sys.spawn([&, this](caf::event_based_actor* asker) {
            asker->request(published(), caf::infinite, wanted).then([this](share_accepted& answer) {
                accepted.push_back(std::move(answer));
            });
        });
        consume_messages();
        CAF_REQUIRE(!accepted.empty());
        return accepted.back();
    }

    /// Takes the share for its own, and opens its connections.
    void order_open() {
        share = order(make_order()).share;
        CAF_REQUIRE(share);
        note_end();
        give_part(0, packed);
        consume_messages();
        confirm_all();
    }

    std::string why_refused(const open_share& wanted) {
        const auto& answer = order(wanted);
        CAF_CHECK(!answer.share);
        CAF_CHECK_EQUAL(answer.why.find('\n'), std::string::npos);
        return answer.why;
    }

    void drain_worker() {
        sys.spawn([this](caf::event_based_actor* asker) {
            asker->request(endpoint, caf::infinite, drain_node{})
                .then([this](node_drained) { ++drained; }, [](const caf::error&) {});
        });
        consume_messages();
    }

    std::function<void(std::size_t)> check;
    std::size_t max_shares = 16;
    node_endpoint_control endpoint;
    std::vector<share_accepted> accepted;
    int drained = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_endpoint_tests, worker_fixture)

CAF_TEST(a worker tells coordinators of every version which it has) {
    spawn_worker();
    const auto welcome = greet();
    CAF_CHECK_EQUAL(welcome.wire_version, node_wire_version);
    CAF_CHECK_EQUAL(welcome.program_version, std::string(config::version()));
    CAF_CHECK_NOT_EQUAL(welcome.boot, 0u);
    for (std::uint32_t other : {std::uint32_t{0}, node_wire_version + 1, UINT32_MAX}) {
        const auto answer = greet(other);
        CAF_CHECK_EQUAL(answer.wire_version, node_wire_version);
        CAF_CHECK_EQUAL(answer.boot, welcome.boot); // Of its start.
    }
    worker_fixture another;
    another.spawn_worker();
    CAF_CHECK_NOT_EQUAL(another.greet().boot, welcome.boot);
}

CAF_TEST(a share that is ordered opens and runs) {
    spawn_worker();
    order_open();
    CAF_CHECK(accepted[0].why.empty());
    CAF_CHECK_EQUAL(parts_asked.size(), 1u);
    CAF_CHECK_EQUAL(opened.size(), 1u);
    begin(1, 2);
    finish_requests(2);
    CAF_CHECK_EQUAL(latest().share, number);
    CAF_CHECK_EQUAL(latest().requests.ok, 2u);
}

CAF_TEST(an order that cannot be filled is refused in words) {
    spawn_worker();
    const auto good = make_order();
    const auto refused = [&](auto change) {
        auto bad = good;
        change(bad);
        return why_refused(bad);
    };
    CAF_CHECK_EQUAL(refused([](auto& order) { order.owner = share_owner_actor(); }),
                    "the share has no owner or no number");
    CAF_CHECK_EQUAL(refused([](auto& order) { order.share = 0; }),
                    "the share has no owner or no number");
    CAF_CHECK_EQUAL(refused([](auto& order) { order.clip_bytes = 0; }),
                    "the clip has 0 bytes: expected at most 1073741824");
    CAF_CHECK_EQUAL(refused([](auto& order) { order.clip_bytes = largest_shared_clip + 1; }),
                    "the clip has 1073741825 bytes: expected at most 1073741824");
    CAF_CHECK(refused([](auto& order) { order.pool.size = 0; }).find("pool.size") !=
              std::string::npos);
    CAF_CHECK(refused([](auto& order) { order.pool.size = SIZE_MAX; }).find("pool.size") !=
              std::string::npos);
    CAF_CHECK(refused([](auto& order) { order.pool.reconnect_min = 1h; }).find("reconnect-min") !=
              std::string::npos);
    CAF_CHECK(refused([](auto& order) {
                  order.pool.request_timeout = 0ms;
              }).find("request-timeout") != std::string::npos);
    CAF_CHECK(parts_asked.empty());
    auto largest = good;
    largest.clip_bytes = largest_shared_clip;
    CAF_CHECK(order(largest).share);
}

CAF_TEST(another share may open when one has ended) {
    gives_clip = false;
    max_shares = 2;
    spawn_worker();
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK_EQUAL(why_refused(make_order()), "the worker has 2 shares already");
    caf::anon_send(accepted[0].share, close_share{});
    consume_messages();
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK_EQUAL(why_refused(make_order()), "the worker has 2 shares already");
    caf::anon_send_exit(accepted[1].share, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK(order(make_order()).share);
}

CAF_TEST(shares of a coordinator that is lost make room) {
    gives_clip = false;
    max_shares = 1;
    spawn_worker();
    CAF_CHECK(order(make_order()).share);
    kill_coordinator();
    auto late = make_order(); // Accepted, and ends at once.
    CAF_CHECK(order(late).share);
    spawn_coordinator();
    CAF_CHECK(order(make_order()).share);
}

CAF_TEST(a worker takes no more connections than its process can hold) {
    gives_clip = false;
    std::vector<std::size_t> asked;
    check = [&](std::size_t connections) {
        asked.push_back(connections);
        if (connections > 5)
            throw config::config_error("too many connections");
    };
    spawn_worker();
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK_EQUAL(why_refused(make_order()), "too many connections");
    caf::anon_send(accepted[0].share, close_share{});
    consume_messages();
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK(asked == (std::vector<std::size_t>{2, 4, 6, 4}));
}

CAF_TEST(a worker outlives a share whose pool cannot be made) {
    spawn_worker();
    no_pool = "no pool here";
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK(order(make_order()).share);
    CAF_CHECK_NOT_EQUAL(greet().boot, 0u);
    no_pool.clear();
    order_open();
}

CAF_TEST(a worker without shares is drained at once) {
    spawn_worker();
    drain_worker();
    CAF_CHECK_EQUAL(drained, 1);
    CAF_CHECK(has_ended(endpoint));
}

CAF_TEST(a worker is drained when its last share has ended) {
    spawn_worker();
    gives_clip = false;
    CAF_CHECK(order(make_order()).share); // Its clip comes.
    order_open();
    begin(1, 4);
    drain_worker();
    CAF_CHECK_EQUAL(drained, 0);
    CAF_CHECK_EQUAL(why_refused(make_order()), "the worker is stopping");
    CAF_CHECK_NOT_EQUAL(greet().boot, 0u);
    finish(0);
    CAF_CHECK_EQUAL(drained, 0);
    finish(1);
    CAF_CHECK_EQUAL(drained, 1);
    CAF_CHECK(has_ended(endpoint));
    CAF_CHECK(ended.has_value());
    CAF_CHECK(latest().over);
    CAF_CHECK_EQUAL(latest().requests.ok, 2u);
    CAF_CHECK_EQUAL(latest().requests.cancelled, 2u);
}

CAF_TEST(a worker is drained within the drain timeout of its shares) {
    spawn_worker();
    order_open();
    begin(1, 2);
    drain_worker();
    after(10s - 1ms);
    CAF_CHECK_EQUAL(drained, 0);
    after(1ms);
    CAF_CHECK_EQUAL(drained, 1);
    CAF_CHECK_EQUAL(latest().requests.cancelled, 2u);
}

CAF_TEST(all that drain a worker are answered) {
    spawn_worker();
    order_open();
    begin(1, 1);
    drain_worker();
    drain_worker();
    CAF_CHECK_EQUAL(drained, 0);
    finish(busy_one());
    CAF_CHECK_EQUAL(drained, 2);
}

CAF_TEST_FIXTURE_SCOPE_END()
