#include "actors/cluster/links/node_links.hpp"

#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/links/published_actor.hpp"
#include "messages/actors.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/socket_dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "transport/io_runtime.hpp"
#include "transport/listen_error.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#define CAF_SUITE node_links

using namespace avatar;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Says how many sessions it has: as many as it was asked before.
using counting_actor = caf::typed_actor<caf::replies_to<get_pool_status>::with<pool_status>>;
using another_actor = caf::typed_actor<caf::replies_to<watch_pool>::with<pool_failed>>;

counting_actor::behavior_type counting(counting_actor::pointer) {
    auto count = std::make_shared<std::uint64_t>(0);
    return {[count](const get_pool_status&) {
        pool_status status;
        status.connected = (*count)++;
        return status;
    }};
}

/// A node of its own, in this process.
struct test_node {
    explicit test_node(node_link_limits limits = {},
                       std::shared_ptr<const transport::node_credentials> credentials = nullptr)
        : settings(io),
          system(settings),
          links(std::in_place, system, io, std::move(credentials), limits) {}

    explicit test_node(std::shared_ptr<const transport::node_credentials> credentials)
        : test_node(node_link_limits{}, std::move(credentials)) {}

    ~test_node() {
        if (published)
            caf::anon_send_exit(published, caf::exit_reason::user_shutdown);
    }

    std::uint16_t publish() {
        published = system.spawn(counting);
        return links->publish(published, "127.0.0.1", 0);
    }

    node_connected connect(std::uint16_t port, const std::string& host = "127.0.0.1") {
        caf::scoped_actor self(system);
        node_connected answer;
        self->request(links->connector(), 60s, connect_node{host, port})
            .receive([&](node_connected& is) { answer = std::move(is); },
                     [&](const caf::error& why) { answer.why = to_string(why); });
        return answer;
    }

    counting_actor reach(std::uint16_t port) {
        return published_as<counting_actor>(system, connect(port));
    }

    /// What that actor says; nothing: it does not.
    std::optional<std::uint64_t> ask(const counting_actor& whom) {
        caf::scoped_actor self(system);
        std::optional<std::uint64_t> answer;
        self->request(whom, 60s, get_pool_status{})
            .receive([&](const pool_status& is) { answer = is.connected; },
                     [](const caf::error&) {});
        return answer;
    }

    transport::io_runtime io{1};
    node_runtime settings;
    caf::actor_system system;
    std::optional<node_links> links;
    counting_actor published;
};

/// Signs certificates of nodes.
struct authority {
    explicit authority(const std::string& name) : made(tests::make_authority(name)) {}

    /// Of a node with these names, such as "IP:127.0.0.1".
    std::shared_ptr<const transport::node_credentials> sign(const std::string& names) const {
        const auto node = tests::make_certificate({.names = names}, &made);
        return std::make_shared<const transport::node_credentials>(files.write("node", node, made));
    }

    tests::made_certificate made;
    tests::certificate_directory files;
};

/// Puts true when that actor is down, for as long as somebody holds it.
caf::actor tell_down(caf::actor_system& system, const counting_actor& of,
                     tests::inbox<bool>& down) {
    return system.spawn([&down, of](caf::event_based_actor* self) -> caf::behavior {
        self->monitor(of);
        self->set_down_handler([&down, self](const caf::down_msg&) {
            down.put(true);
            self->quit();
        });
        return {[](int) {}};
    });
}

/// Somebody who is no node.
struct stranger {
    explicit stranger(std::uint16_t port) {
        socket.connect({asio::ip::make_address("127.0.0.1"), port});
    }

    void say(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }

    /// Reads until the node ends the connection.
    void await_end() {
        char byte = 0;
        boost::system::error_code ended;
        while (!ended)
            asio::read(socket, asio::buffer(&byte, 1), ended);
    }

    asio::io_context io;
    asio::ip::tcp::socket socket{io};
};

} // namespace

CAF_TEST(a node reaches the actor that another has published) {
    test_node worker;
    test_node coordinator;
    const auto reached = coordinator.reach(worker.publish());
    CAF_REQUIRE(reached);
    CAF_CHECK_EQUAL(coordinator.ask(reached).value_or(7), 0u);
    CAF_CHECK_EQUAL(coordinator.ask(reached).value_or(7), 1u);
}

CAF_TEST(several nodes reach one) {
    test_node worker;
    const auto port = worker.publish();
    test_node one;
    test_node other;
    const auto from_one = one.reach(port);
    const auto from_other = other.reach(port);
    CAF_REQUIRE(from_one && from_other);
    CAF_CHECK_EQUAL(one.ask(from_one).value_or(7), 0u);
    CAF_CHECK_EQUAL(other.ask(from_other).value_or(7), 1u);
}

CAF_TEST(an actor of another interface is none) {
    test_node worker;
    test_node coordinator;
    const auto node = coordinator.connect(worker.publish());
    CAF_CHECK(node.published);
    CAF_CHECK(!published_as<another_actor>(coordinator.system, node));
    CAF_CHECK(published_as<counting_actor>(coordinator.system, node));
}

CAF_TEST(a node that cuts its links is down for the others) {
    tests::inbox<bool> down;
    test_node worker;
    test_node coordinator;
    const auto reached = coordinator.reach(worker.publish());
    CAF_REQUIRE(reached);
    const auto watcher = tell_down(coordinator.system, reached, down);
    CAF_CHECK(coordinator.ask(reached));
    worker.links->cut();
    CAF_CHECK(down.take().value_or(false));
}

CAF_TEST(a node that has ended is reached again when it is back) {
    tests::inbox<bool> down;
    test_node coordinator;
    caf::actor watcher;
    std::uint16_t port = 0;
    {
        test_node worker;
        port = worker.publish();
        const auto reached = coordinator.reach(port);
        CAF_REQUIRE(reached);
        watcher = tell_down(coordinator.system, reached, down);
        CAF_CHECK(coordinator.ask(reached));
    }
    CAF_CHECK(down.take().value_or(false));
    CAF_CHECK_EQUAL(coordinator.connect(port).why, "Connection refused");
    test_node worker;
    worker.published = worker.system.spawn(counting);
    CAF_CHECK_EQUAL(worker.links->publish(worker.published, "127.0.0.1", port), port);
    const auto again = coordinator.reach(port);
    CAF_REQUIRE(again);
    CAF_CHECK_EQUAL(coordinator.ask(again).value_or(7), 0u);
}

CAF_TEST(plain links stay within the machine) {
    test_node node;
    const auto actor = node.system.spawn(counting);
    node.published = actor;
    const std::string expected =
        "nodes need certificates beyond this machine: make them with scripts/node-certificates";
    std::string why;
    try {
        node.links->publish(actor, "0.0.0.0", 0);
    } catch (const transport::listen_error& e) {
        why = e.what();
    }
    CAF_CHECK_EQUAL(why, "cannot listen on 0.0.0.0: " + expected);
    CAF_CHECK_EQUAL(node.connect(9, "192.0.2.1").why, expected);
}

CAF_TEST(nonsense ends its own link and disturbs no other) {
    test_node worker;
    const auto port = worker.publish();
    test_node coordinator;
    const auto reached = coordinator.reach(port);
    CAF_REQUIRE(reached);
    std::string huge(32, '\0');
    huge[0] = 1;
    huge[4] = '\x7f';
    for (const auto& bytes :
         {std::string(32, '\xff'), std::string(100'000, 'x'), std::string(32, '\0'), huge}) {
        stranger someone(port);
        boost::system::error_code cut;
        asio::write(someone.socket, asio::buffer(bytes), cut);
        someone.await_end();
        CAF_CHECK(coordinator.ask(reached));
    }
}

CAF_TEST(who does not introduce itself is cut) {
    node_link_limits limits;
    limits.introduction = 100ms;
    test_node worker(limits);
    const auto port = worker.publish();
    stranger silent(port);
    silent.await_end();
    stranger slow(port);
    slow.say(std::string(1, '\1'));
    slow.await_end();
    // Not so a node.
    test_node coordinator(limits);
    CAF_CHECK(coordinator.ask(coordinator.reach(port)));
}

CAF_TEST(a peer that is no node is none) {
    node_link_limits limits;
    limits.introduction = 100ms;
    asio::io_context io;
    asio::ip::tcp::acceptor silent(io, {asio::ip::make_address("127.0.0.1"), 0});
    test_node coordinator(limits);
    const auto port = silent.local_endpoint().port();
    CAF_CHECK_EQUAL(coordinator.connect(port).why,
                    "it did not answer as a node of avatar-pool without certificates");
    limits.sockets.handshake = 100ms;
    const authority ours("ours");
    test_node encrypted(limits, ours.sign("DNS:coordinator"));
    CAF_CHECK_EQUAL(encrypted.connect(port).why, "no TLS handshake in time");
}

CAF_TEST(connects that are under way end with the node) {
    asio::io_context io;
    asio::ip::tcp::acceptor silent(io, {asio::ip::make_address("127.0.0.1"), 0});
    tests::inbox<std::string> why;
    {
        test_node coordinator;
        coordinator.system.spawn([&](caf::event_based_actor* self) {
            self->request(coordinator.links->connector(), caf::infinite,
                          connect_node{"127.0.0.1", silent.local_endpoint().port()})
                .then([&](const node_connected& is) { why.put(is.why); },
                      [&](const caf::error& error) { why.put(to_string(error)); });
        });
        asio::ip::tcp::socket came(io);
        silent.accept(came);
    }
    CAF_CHECK(why.take().has_value());
}

CAF_TEST(nodes of one authority reach each other over TLS) {
    tests::inbox<bool> down;
    const authority ours("ours");
    test_node worker(ours.sign("IP:127.0.0.1"));
    const auto port = worker.publish();
    test_node coordinator(ours.sign("DNS:coordinator"));
    const auto reached = coordinator.reach(port);
    CAF_REQUIRE(reached);
    const auto watcher = tell_down(coordinator.system, reached, down);
    for (std::uint64_t i = 0; i < 100; ++i)
        CAF_CHECK_EQUAL(coordinator.ask(reached).value_or(7'000), i);
    coordinator.links->cut();
    CAF_CHECK(down.take().value_or(false));
}

CAF_TEST(a node is reached under the names of its certificate only) {
    const authority ours("ours");
    test_node worker(ours.sign("DNS:worker-1"));
    test_node coordinator(ours.sign("DNS:coordinator"));
    const auto node = coordinator.connect(worker.publish());
    CAF_CHECK(!node.published);
    CAF_CHECK(node.why.find("worker-1") != std::string::npos);
}

CAF_TEST(nodes of two authorities do not connect) {
    const authority ours("ours");
    const authority theirs("theirs");
    test_node worker(ours.sign("IP:127.0.0.1"));
    const auto port = worker.publish();
    test_node other(theirs.sign("IP:127.0.0.1"));
    CAF_CHECK(!other.connect(port).why.empty());
    test_node coordinator(ours.sign("DNS:coordinator"));
    CAF_CHECK(coordinator.ask(coordinator.reach(port)));
}

CAF_TEST(without certificates nobody comes in where they are needed) {
    node_link_limits limits;
    limits.introduction = limits.sockets.handshake = 200ms;
    const authority ours("ours");
    test_node worker(limits, ours.sign("IP:127.0.0.1"));
    const auto port = worker.publish();
    test_node plain(limits);
    CAF_CHECK(!plain.connect(port).why.empty());
    test_node worker_without(limits);
    test_node coordinator(limits, ours.sign("DNS:coordinator"));
    CAF_CHECK(!coordinator.connect(worker_without.publish()).why.empty());
    stranger silent(port);
    silent.await_end();
    CAF_CHECK(coordinator.ask(coordinator.reach(port)));
}
