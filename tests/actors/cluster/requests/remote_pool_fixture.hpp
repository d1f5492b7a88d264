#pragma once

#include "actors/cluster/node_endpoint.hpp"
#include "actors/cluster/requests/remote_pool.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "tests/support/actor_fixture.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace avatar::tests {

/// A worker with a service of its own; the other actors are those of the product.
struct worker_node {
    scripted_service service;
    node_endpoint_control endpoint;
    std::vector<pool_actor> pools;
    std::vector<caf::actor> shares;
};

/// A pool of two connections over each of some nodes.
class remote_pool_fixture : public actor_fixture {
public:
    remote_pool_fixture() {
        settings.size = 4;
        settings.request_timeout = std::chrono::seconds(45);
        settings.retries = 1;
    }

    ~remote_pool_fixture() override {
        caf::anon_send_exit(pool, caf::exit_reason::kill);
        for (auto& node : nodes)
            end(node);
        caf::anon_send_exit(connector, caf::exit_reason::kill);
        consume_messages();
        for (auto& node : nodes)
            node.service.end_all();
        wind_down();
    }

    void make_nodes(std::size_t count) {
        connector = sys.spawn([this]() -> node_connector_actor::behavior_type {
            return {[this](const connect_node& to) { return connect(nodes.at(to.port)); }};
        });
        for (std::size_t i = 0; i < count; ++i) {
            start(nodes.emplace_back());
            plan.nodes.push_back({"node", static_cast<std::uint16_t>(i)});
        }
        plan.connector = connector;
        plan.pool = settings;
    }

    void start(worker_node& node) {
        node_endpoint_plan with;
        with.make_pool = [this, &node](const config::pool_settings& of, const clip_format&,
                                       connection_watcher_actor watcher) {
            node.shares.push_back(caf::actor_cast<caf::actor>(watcher)); // Who watches them.
            node.pools.push_back(
                spawn_pool(sys, {of, node.service.factory(), std::move(watcher), /*seed=*/1}));
            return node.pools.back();
        };
        node.endpoint = sys.spawn(node_endpoint, with);
    }

    /// As a process that is killed: nothing of it says a word.
    void end(worker_node& node) {
        caf::anon_send_exit(node.endpoint, caf::exit_reason::kill);
        for (const auto& share : node.shares)
            caf::anon_send_exit(share, caf::exit_reason::kill);
        for (const auto& each : node.pools)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        node.endpoint = node_endpoint_control();
        node.pools.clear();
        node.shares.clear();
        consume_messages();
    }

    void open(std::size_t count = 2) {
        make_nodes(count);
        pool = sys.spawn(remote_pool, plan);
        sys.spawn([this](caf::event_based_actor* self) {
            self->request(pool_actor(pool), caf::infinite, open_pool{})
                .then([this](const pool_opened& is) { opened.push_back(is); },
                      [](const caf::error&) {});
        });
        consume_messages();
        confirm_all();
        after(std::chrono::seconds(1));
    }

    void confirm_all() {
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            auto& from = nodes[n].service;
            for (std::size_t i = 0; i < from.made(); ++i)
                if (auto& each = from.at(i); each.lives() && each.opened && !each.confirmed)
                    each.confirm("c-" + std::to_string(n) + "-" + std::to_string(i));
        }
        consume_messages();
    }

    audio_request request(const std::string& id, std::string audio = "speech") const {
        audio_request asked;
        asked.request_id = id;
        asked.audio = audio_clip(std::move(audio));
        return asked;
    }

    void ask_pool(const audio_request& what) { ask(pool_actor(pool), what); }
    void ask_pool(const std::string& id) { ask_pool(request(id)); }

    /// The connection that has the request; fails the test when there is none.
    scripted_connection& with(const std::string& id) {
        for (auto& node : nodes)
            for (std::size_t i = 0; i < node.service.made(); ++i) {
                auto& each = node.service.at(i);
                if (each.under_way && each.sent.back() == id)
                    return each;
            }
        CAF_FAIL("no connection has " << id);
    }

    std::size_t node_of(const std::string& id) {
        const auto* found = &with(id);
        for (std::size_t n = 0; n < nodes.size(); ++n)
            for (std::size_t i = 0; i < nodes[n].service.made(); ++i)
                if (&nodes[n].service.at(i) == found)
                    return n;
        return nodes.size();
    }

    bool is_nowhere(const std::string& id) {
        for (auto& node : nodes)
            for (std::size_t i = 0; i < node.service.made(); ++i)
                if (node.service.at(i).under_way && node.service.at(i).sent.back() == id)
                    return false;
        return true;
    }

    void finish(const std::string& id) {
        with(id).finish();
        consume_messages();
    }

    pool_status status() {
        std::optional<pool_status> answer;
        sys.spawn([&](caf::event_based_actor* self) {
            self->request(pool_actor(pool), caf::infinite, get_pool_status{true})
                .then([&](const pool_status& is) { answer = is; }, [](const caf::error&) {});
        });
        consume_messages();
        CAF_REQUIRE(answer);
        return *answer;
    }

    /// Every request has one outcome and none is left.
    void check_ledger() {
        const auto ledger = status().requests;
        std::uint64_t ended = ledger.succeeded;
        for (const auto& each : ledger.failed)
            ended += each.count;
        CAF_CHECK_EQUAL(ledger.open, 0u);
        CAF_CHECK_EQUAL(ledger.entered, ended);
        CAF_CHECK_EQUAL(ledger.entered, results.size());
    }

    std::deque<worker_node> nodes;
    remote_pool_plan plan;
    config::pool_settings settings;
    node_connector_actor connector;
    remote_pool_actor pool;
    std::vector<pool_opened> opened;

private:
    node_connected connect(const worker_node& node) {
        if (!node.endpoint)
            return {nullptr, {}, "Connection refused"};
        return {caf::actor_cast<caf::strong_actor_ptr>(node.endpoint),
                sys.message_types(caf::detail::type_list<node_endpoint_actor>{}),
                {}};
    }
};

} // namespace avatar::tests
