#include "actors/cluster/shares/node_keeper.hpp"

#include "config/version.hpp"
#include "tests/support/message_config.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#define CAF_SUITE node_keeper

using namespace avatar;
using namespace std::chrono_literals;

namespace {

using time_point = caf::actor_clock::time_point;

/// Nodes that the test plays, a keeper for each, and their owner.
struct keeper_fixture : test_coordinator_fixture<tests::message_config> {
    keeper_fixture() {
        owner = sys.spawn([this]() -> node_owner_actor::behavior_type {
            return {
                [this](const node_up& event) { ups.push_back(event); },
                [this](const node_down& event) { downs.push_back(event); },
            };
        });
        connector = sys.spawn(
            [this](node_connector_actor::pointer me) -> node_connector_actor::behavior_type {
                return {[this, me](const connect_node& to) { return connect(me, to); }};
            });
    }

    ~keeper_fixture() override {
        for (const auto& keeper : keepers)
            caf::anon_send_exit(keeper, caf::exit_reason::kill);
        caf::anon_send_exit(owner, caf::exit_reason::kill);
        caf::anon_send_exit(connector, caf::exit_reason::kill);
        caf::anon_send_exit(published, caf::exit_reason::kill);
        consume_messages();
    }

    void keep(std::size_t count = 1) {
        for (std::size_t i = 0; i < count; ++i)
            keepers.push_back(sys.spawn(
                node_keeper, node_keeper_plan{.node = i,
                                              .address = {"worker", static_cast<std::uint16_t>(i)},
                                              .connector = connector,
                                              .owner = owner}));
        consume_messages();
    }

    /// The node has an actor of that type, which answers like this; null: never.
    template <class Actor>
    void publish(std::function<node_welcome()> answer) {
        published = caf::actor_cast<caf::actor>(
            sys.spawn([answer](typename Actor::pointer self) -> typename Actor::behavior_type {
                const auto greet = [answer, self](const node_hello& hello) {
                    CAF_CHECK_EQUAL(hello.wire_version, node_wire_version);
                    CAF_CHECK_EQUAL(hello.program_version, std::string(config::version()));
                    auto promise = self->template make_response_promise<node_welcome>();
                    if (answer)
                        promise.deliver(answer());
                    else
                        self->attach_functor([promise] {}); // Kept open.
                    return promise;
                };
                if constexpr (std::is_same_v<Actor, node_greeter_actor>)
                    return {greet};
                else
                    return {greet, [](const open_share&) { return share_accepted{}; }};
            }));
        interface = sys.message_types(caf::detail::type_list<Actor>{});
    }

    void publish_worker() {
        publish<node_endpoint_actor>([] { return node_welcome{node_wire_version, "1.2.3", 42}; });
    }

    void end_worker() {
        caf::anon_send_exit(published, caf::exit_reason::kill);
        published = caf::actor();
        consume_messages();
    }

    void after(caf::timespan time) {
        consume_messages();
        advance_time(time);
        consume_messages();
    }

    /// The time to the next timer, at which it is then.
    nanoseconds pass_pause() {
        const auto before = now();
        trigger_timeout();
        consume_messages();
        return now() - before;
    }

    time_point now() { return sched.clock().now(); }

    template <class Message>
    void tell_keeper(Message message) {
        caf::anon_send(keepers.at(0), message);
        consume_messages();
    }

    bool keeper_has_ended() {
        const auto ended = std::make_shared<bool>(false);
        keepers.at(0)->attach_functor([ended](const caf::error&) { *ended = true; });
        return *ended;
    }

    std::string refuses = "Connection refused"; ///< Where nothing is published.
    bool answers = true;                        ///< The connector.
    caf::actor published;
    std::set<std::string> interface;
    node_owner_actor owner;
    node_connector_actor connector;
    std::vector<node_keeper_actor> keepers;
    std::map<std::uint16_t, std::vector<time_point>> connects; ///< To each node.
    std::vector<node_up> ups;
    std::vector<node_down> downs;

private:
    caf::typed_response_promise<node_connected> connect(node_connector_actor::pointer me,
                                                        const connect_node& to) {
        CAF_CHECK_EQUAL(to.host, "worker");
        connects[to.port].push_back(now());
        auto promise = me->make_response_promise<node_connected>();
        if (!answers)
            me->attach_functor([promise] {}); // Kept open.
        else if (published)
            promise.deliver(
                node_connected{caf::actor_cast<caf::strong_actor_ptr>(published), interface, {}});
        else
            promise.deliver(node_connected{nullptr, {}, refuses});
        return promise;
    }
};

/// The most that the pause after so many failures in a row may be.
nanoseconds bound_of(std::size_t failures) {
    nanoseconds bound = 500ms;
    for (std::size_t i = 1; i < failures; ++i)
        bound = std::min<nanoseconds>(2 * bound, 10s);
    return bound;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_keeper_tests, keeper_fixture)

CAF_TEST(a worker that answers is up) {
    publish_worker();
    keep();
    CAF_REQUIRE_EQUAL(ups.size(), 1u);
    CAF_CHECK_EQUAL(ups[0].node, 0u);
    CAF_CHECK_EQUAL(ups[0].boot, 42u);
    CAF_CHECK(ups[0].endpoint == published);
    after(1h);
    CAF_CHECK_EQUAL(ups.size(), 1u);
    CAF_CHECK(downs.empty());
    CAF_CHECK_EQUAL(connects[0].size(), 1u);
}

CAF_TEST(each try that fails is told and the node is up when one succeeds) {
    keep();
    for (std::size_t tries = 1; tries < 5; ++tries) {
        CAF_REQUIRE_EQUAL(downs.size(), tries);
        CAF_CHECK_EQUAL(downs.back().node, 0u);
        CAF_CHECK_EQUAL(downs.back().why, "Connection refused");
        if (tries == 4)
            publish_worker();
        after(10s);
    }
    CAF_CHECK_EQUAL(ups.size(), 1u);
    CAF_CHECK_EQUAL(downs.size(), 4u);
}

CAF_TEST(pauses are drawn at random from a range that doubles up to ten seconds) {
    constexpr std::size_t nodes = 40, tries = 9;
    keep(nodes);
    const auto is_done = [&] {
        return std::ranges::all_of(connects,
                                   [](const auto& of) { return of.second.size() > tries; });
    };
    while (!is_done())
        pass_pause();
    for (std::size_t failures = 1; failures <= tries; ++failures) {
        nanoseconds longest{0}, shortest = 1h;
        for (const auto& [port, times] : connects) {
            const nanoseconds pause = times[failures] - times[failures - 1];
            longest = std::max(longest, pause);
            shortest = std::min(shortest, pause);
        }
        // Forty draws leave a half of the range empty once in 10^12 runs.
        CAF_CHECK(longest <= bound_of(failures));
        CAF_CHECK(longest > bound_of(failures) / 2);
        CAF_CHECK(shortest < bound_of(failures) / 2);
    }
}

CAF_TEST(a worker that does not answer for five seconds is down) {
    publish<node_endpoint_actor>(nullptr);
    keep();
    after(5s - 1ns);
    CAF_CHECK(downs.empty());
    after(1ns);
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "it does not answer");
    after(500ms);
    CAF_CHECK_EQUAL(connects[0].size(), 2u);
}

CAF_TEST(a worker that ends while it is greeted is down) {
    publish<node_endpoint_actor>(nullptr);
    keep();
    end_worker();
    after(5s);
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "it does not answer");
    after(10s);
    CAF_CHECK_GREATER(downs.size(), 1u);
}

CAF_TEST(a worker that has ended when it is greeted is down at once) {
    publish_worker();
    caf::anon_send_exit(published, caf::exit_reason::kill);
    consume_messages();
    keep();
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "it does not answer");
}

CAF_TEST(a worker of another version is down and both versions are named) {
    publish<node_endpoint_actor>([] { return node_welcome{99, "9.9\n9", 1}; });
    keep();
    CAF_CHECK(ups.empty());
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    const auto& why = downs[0].why;
    CAF_CHECK_NOT_EQUAL(why.find("version 99 (avatar-pool 9.9 9)"), std::string::npos);
    CAF_CHECK_NOT_EQUAL(why.find(std::string(config::version())), std::string::npos);
    CAF_CHECK_EQUAL(why.find('\n'), std::string::npos);
    publish_worker(); // It was replaced.
    after(10s);
    CAF_CHECK_EQUAL(ups.size(), 1u);
}

CAF_TEST(a worker of a version with another interface names its version) {
    publish<node_greeter_actor>([] { return node_welcome{9, "2.0", 1}; });
    keep();
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_NOT_EQUAL(downs[0].why.find("version 9 (avatar-pool 2.0)"), std::string::npos);
}

CAF_TEST(an endpoint that takes no shares is down) {
    publish<node_greeter_actor>([] { return node_welcome{}; });
    keep();
    CAF_CHECK(ups.empty());
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "it does not take what this version of avatar-pool asks");
}

CAF_TEST(an actor of another program is no worker) {
    publish_worker();
    interface = sys.message_types(caf::detail::type_list<connection_watcher_actor>{});
    keep();
    CAF_CHECK(ups.empty());
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "it is no worker of avatar-pool");
}

CAF_TEST(a worker that is lost is told and connected to again) {
    publish_worker();
    keep();
    end_worker();
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "exit_reason(kill)");
    CAF_CHECK_EQUAL(connects[0].size(), 1u);
    publish_worker();
    CAF_CHECK(pass_pause() <= 500ms);
    CAF_CHECK_EQUAL(ups.size(), 2u);
    CAF_CHECK(ups[1].endpoint == published);
    CAF_CHECK_EQUAL(downs.size(), 1u);
}

CAF_TEST(a worker whose link is cut is said to have none) {
    publish_worker();
    keep();
    caf::anon_send_exit(published, caf::exit_reason::remote_link_unreachable);
    consume_messages();
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "there is no connection to it any more");
}

CAF_TEST(a worker that has failed is greeted again after a pause) {
    publish_worker();
    keep();
    for (int i = 0; i < 2; ++i) // Twice the same failure.
        tell_keeper(node_failed{});
    CAF_CHECK_EQUAL(connects[0].size(), 1u);
    CAF_CHECK(pass_pause() <= 500ms);
    CAF_CHECK_EQUAL(connects[0].size(), 2u);
    CAF_CHECK_EQUAL(ups.size(), 2u);
    CAF_CHECK(downs.empty()); // Its owner knows.
    after(1min);
    CAF_CHECK_EQUAL(ups.size(), 2u);
    end_worker();
    CAF_CHECK_EQUAL(downs.size(), 1u); // Once.
}

CAF_TEST(a worker that ends after it has failed is down at the next try) {
    publish_worker();
    keep();
    tell_keeper(node_failed{});
    end_worker();
    CAF_CHECK(downs.empty());
    pass_pause();
    CAF_REQUIRE_EQUAL(downs.size(), 1u);
    CAF_CHECK_EQUAL(downs[0].why, "Connection refused");
}

CAF_TEST(a node that is down does not fail once more) {
    keep();
    tell_keeper(node_failed{});
    pass_pause();
    CAF_CHECK_EQUAL(connects[0].size(), 2u);
    CAF_CHECK_EQUAL(downs.size(), 2u);
    const auto timers = sched.clock().schedule().size();
    CAF_CHECK_EQUAL(timers, 1u);
}

CAF_TEST(a worker that was up for long begins with short pauses again) {
    constexpr std::size_t nodes = 40;
    for (const bool was_of_use : {true, false}) {
        keeper_fixture f;
        f.keep(nodes);
        for (int i = 0; i < 8; ++i) // Fails often.
            f.after(10s);
        f.publish_worker();
        while (f.ups.size() < nodes)
            f.after(100ms);
        if (was_of_use)
            f.after(10s + 1ms);
        f.end_worker();
        f.connects.clear();
        f.after(500ms);
        CAF_CHECK_EQUAL(f.connects.size() == nodes, was_of_use);
        f.after(10s);
        CAF_CHECK_EQUAL(f.connects.size(), nodes);
    }
}

CAF_TEST(a connector that is gone is a failure like another) {
    caf::anon_send_exit(connector, caf::exit_reason::kill);
    consume_messages();
    keep();
    CAF_CHECK_EQUAL(downs.size(), 1u);
    CAF_CHECK(!downs[0].why.empty());
    pass_pause();
    CAF_CHECK_EQUAL(downs.size(), 2u);
}

CAF_TEST(a keeper ends with its owner in every phase) {
    for (int phase = 0; phase < 4; ++phase) {
        keeper_fixture f;
        f.answers = phase != 0; // Connecting.
        if (phase == 1)         // Greeting.
            f.publish<node_endpoint_actor>(nullptr);
        else if (phase == 2) // Up; else it pauses.
            f.publish_worker();
        f.keep();
        CAF_CHECK(!f.keeper_has_ended());
        caf::anon_send_exit(f.owner, caf::exit_reason::kill);
        f.consume_messages();
        CAF_CHECK(f.keeper_has_ended());
        const auto connects = f.connects[0].size();
        f.after(1min);
        CAF_CHECK_EQUAL(f.connects[0].size(), connects);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
