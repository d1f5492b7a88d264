#include "actors/cluster/shares/shared_nodes.hpp"

#include "tests/support/dsl.hpp"

#define CAF_SUITE shared_nodes

using namespace avatar;
using protocol::failure_code;

namespace {

/// So many, with 10 connections between them.
struct ten_connections : shared_nodes {
    explicit ten_connections(std::size_t count)
        : shared_nodes(std::vector<config::node_address>(count, {"node", 1}), 10) {}

    /// The node has an open share.
    shared_node& open(std::size_t number, std::uint64_t connected, std::uint64_t available) {
        auto& node = all().at(number);
        begin_share(node);
        node.open = true;
        node.connected = connected;
        node.available = available;
        return node;
    }
};

request_figures outcomes(std::uint64_t ok, std::uint64_t failed) {
    request_figures figures;
    figures.ok = ok;
    figures.failed = failed;
    if (failed > 0) {
        failure_figures each;
        each.failures.sample.code = failure_code::server_error;
        each.failures.count = failed;
        figures.failures.push_back(each);
    }
    return figures;
}

std::uint64_t count_of(const request_ledger& ledger, failure_code code) {
    std::uint64_t count = 0;
    for (const auto& each : ledger.failed)
        count += each.code == code ? each.count : 0;
    return count;
}

} // namespace

CAF_TEST(connections are divided and their slots follow each other) {
    const ten_connections nodes(3);
    const auto& all = nodes.all();
    CAF_CHECK_EQUAL(all[0].size, 4u);
    CAF_CHECK_EQUAL(all[1].size, 3u);
    CAF_CHECK_EQUAL(all[2].size, 3u);
    CAF_CHECK_EQUAL(all[0].first_slot, 0u);
    CAF_CHECK_EQUAL(all[1].first_slot, 4u);
    CAF_CHECK_EQUAL(all[2].first_slot, 7u);
    CAF_CHECK_EQUAL(nodes.number_of(all[2]), 2u);
    CAF_CHECK_EQUAL(nodes.status().size, 10u);
}

CAF_TEST(a share is found by a number that no other had) {
    ten_connections nodes(2);
    CAF_CHECK(!nodes.some_share());
    auto& node = nodes.open(0, 5, 5);
    const auto first = node.share;
    CAF_CHECK_NOT_EQUAL(first, 0u);
    CAF_CHECK(nodes.find(first) == &node);
    CAF_CHECK(!nodes.find(first + 1));
    nodes.forget_share(node);
    CAF_CHECK_EQUAL(node.share, 0u);
    CAF_CHECK(!nodes.find(first));
    CAF_CHECK(!nodes.some_share());
    nodes.begin_share(node);
    CAF_CHECK_NOT_EQUAL(node.share, first);
    CAF_CHECK(nodes.find(node.share) == &node);
}

CAF_TEST(a share that is forgotten leaves nothing of itself at its node) {
    ten_connections nodes(2);
    auto& node = nodes.open(0, 5, 4);
    node.clip_sent = 3;
    node.finished_round = 2;
    node.errors = {"one"};
    node.over = true;
    node.status.emplace();
    node.account.give(3);
    nodes.forget_share(node);
    CAF_CHECK(!node.open);
    CAF_CHECK(!node.over);
    CAF_CHECK(!node.status);
    CAF_CHECK(node.errors.empty());
    CAF_CHECK_EQUAL(node.connected + node.available + node.clip_sent + node.finished_round, 0u);
    CAF_CHECK_EQUAL(node.account.open(), 0u);
    CAF_CHECK_EQUAL(nodes.connected(), 0u);
}

CAF_TEST(the status is the sum of what open shares told) {
    ten_connections nodes(3);
    nodes.open(0, 4, 3);
    auto& told = nodes.open(1, 3, 3);
    told.status.emplace();
    told.status->connected = 2;
    told.status->available = 1;
    told.status->leased = 1;
    told.status->waiting = 6;
    told.status->served = 7;
    told.status->longest_below_size = std::chrono::seconds(2);
    told.status->requests = {.entered = 3, .succeeded = 2, .failed = {}, .open = 1};
    told.status->connections.resize(2);
    nodes.all()[2].connected = 3; // Not open yet.
    const auto all = nodes.status();
    CAF_CHECK_EQUAL(all.size, 10u);
    CAF_CHECK_EQUAL(all.connected, 6u);
    CAF_CHECK_EQUAL(all.available, 4u);
    CAF_CHECK_EQUAL(all.leased, 1u);
    CAF_CHECK_EQUAL(all.waiting, 6u);
    CAF_CHECK_EQUAL(all.served, 7u);
    CAF_CHECK(all.longest_below_size == std::chrono::seconds(2));
    CAF_CHECK_EQUAL(all.requests.entered, 3u);
    CAF_CHECK_EQUAL(all.requests.succeeded, 2u);
    CAF_CHECK_EQUAL(all.requests.open, 1u);
    CAF_CHECK_EQUAL(all.connections.size(), 2u);
}

CAF_TEST(what a share did counts on when it is gone) {
    ten_connections nodes(2);
    for (int i = 0; i < 2; ++i) {
        auto& node = nodes.open(0, 5, 5);
        node.account.give(10);
        CAF_CHECK(node.account.report(outcomes(6, 1)));
        CAF_CHECK_EQUAL(node.account.lose_open(), 3u);
        nodes.forget_share(node);
    }
    auto& other = nodes.open(1, 5, 5);
    other.account.give(5);
    CAF_CHECK(other.account.report(outcomes(4, 0)));
    const auto ledger = nodes.status().requests;
    CAF_CHECK_EQUAL(ledger.entered, 25u);
    CAF_CHECK_EQUAL(ledger.succeeded, 16u);
    CAF_CHECK_EQUAL(ledger.open, 1u);
    CAF_CHECK_EQUAL(count_of(ledger, failure_code::server_error), 2u);
    CAF_CHECK_EQUAL(count_of(ledger, failure_code::node_lost), 6u);
}

CAF_TEST(an actor of no node is nobody) {
    ten_connections nodes(1);
    CAF_CHECK(!nodes.forget_actor(caf::actor_addr()));
    nodes.note_actor(caf::actor_addr(), nodes.all()[0]);
    CAF_CHECK(nodes.forget_actor(caf::actor_addr()) == &nodes.all()[0]);
    CAF_CHECK(!nodes.forget_actor(caf::actor_addr()));
}
