#pragma once

#include "actors/cluster/load/load_conductor.hpp"
#include "actors/cluster/shares/node_versions.hpp"
#include "actors/load/stats.hpp"
#include "report/run_figures.hpp"
#include "tests/support/message_config.hpp"
#include "tests/support/send_as.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace avatar::tests {

/// A worker that the test plays: its endpoint, and the share that it has.
struct scripted_node {
    // What it does.
    bool reachable = true;
    bool greets = true;  ///< Else it never answers the hello.
    bool accepts = true; ///< Else it never answers an order.
    std::string refuses; ///< Not empty: answers with this.
    bool opens = true;   ///< Its pool, once it has the clip; else the test tells when.
    bool answers = true; ///< When its progress or status is asked for.
    bool closes = true;  ///< When it is told to.
    std::uint32_t version = node_wire_version;

    // What came.
    open_share order; ///< The last one.
    std::string clip;
    std::vector<begin_round> begun;
    std::size_t shares = 0; ///< So many were asked for.
    bool stopped = false;
    bool closed = false;

    // Of the share, from its begin.
    std::unique_ptr<report::run_figures> done = std::make_unique<report::run_figures>();
    std::uint64_t entered = 0; ///< Requests of its pool.
    std::uint64_t finished_round = 0;
    bool over = false;

    node_endpoint_actor endpoint;
    share_actor share;
};

/// A conductor of scripted nodes, at ports 0, 1, … of one host.
class conductor_fixture : public test_coordinator_fixture<message_config> {
public:
    conductor_fixture() {
        plan.rounds.count = 2;
        plan.rounds.concurrency = 20;
        plan.rounds.interval = std::chrono::seconds(30);
        plan.shares.pool.size = 10;
        plan.shares.audio = audio_clip(std::string(600'000, 's'));
    }

    ~conductor_fixture() {
        if (conductor)
            caf::anon_send_exit(conductor, caf::exit_reason::kill);
        for (auto& node : nodes)
            end(node);
        caf::anon_send_exit(connector, caf::exit_reason::kill);
        run_actors();
    }

    void make_nodes(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            nodes.emplace_back();
            start(nodes[i]);
            plan.shares.nodes.push_back({"node", static_cast<std::uint16_t>(i)});
        }
    }

    /// Its process; once more after it has ended.
    void start(scripted_node& node) {
        node.endpoint = sys.spawn(
            [&node](node_endpoint_actor::pointer self) -> node_endpoint_actor::behavior_type {
                return {
                    [&node, self](const node_hello&) {
                        auto promise = self->make_response_promise<node_welcome>();
                        if (node.greets)
                            promise.deliver(node_welcome{node.version, "0.0.1", 1});
                        else
                            self->attach_functor([promise] {}); // Kept open.
                        return promise;
                    },
                    [this_node = &node, self](open_share& order) {
                        return accept(*this_node, self, order);
                    },
                };
            });
    }

    /// As a process that is killed.
    static void end(scripted_node& node) {
        caf::anon_send_exit(node.share, caf::exit_reason::kill);
        caf::anon_send_exit(node.endpoint, caf::exit_reason::kill);
        node.share = share_actor();
        node.endpoint = node_endpoint_actor();
    }

    void open() {
        spawn();
        sys.spawn([this](caf::event_based_actor* self) {
            self->request(run_pool_actor(conductor), caf::infinite, open_pool{})
                .then([this](const pool_opened& answer) { opened.push_back(answer); },
                      [](const caf::error&) {});
        });
        run_actors();
    }

    void play() {
        sys.spawn([this](caf::event_based_actor* self) {
            self->request(load_driver_actor(conductor), caf::infinite, run_rounds{})
                .then([this](const rounds_finished& answer) { finished.push_back(answer); },
                      [](const caf::error&) {});
        });
        run_actors();
    }

    void ask_status() {
        sys.spawn([this](caf::event_based_actor* self) {
            self->request(run_pool_actor(conductor), caf::infinite, get_pool_status{true})
                .then([this](const pool_status& answer) { statuses.push_back(answer); },
                      [](const caf::error&) {});
        });
        run_actors();
    }

    void close() {
        sys.spawn([this](caf::event_based_actor* self) {
            self->request(run_pool_actor(conductor), caf::infinite, close_pool{})
                .then([this](pool_closed) { ++closed; }, [](const caf::error&) {});
        });
        run_actors();
    }

    run_report report() {
        run_report answer;
        sys.spawn([this, &answer](caf::event_based_actor* self) {
            self->request(figures, caf::infinite, get_run_report{}).then([&answer](run_report& is) {
                answer = std::move(is);
            });
        });
        run_actors();
        return answer;
    }

    /// Results that a node has, told or not.
    static void count(scripted_node& node, std::uint64_t ok, std::uint64_t failed = 0) {
        audio_result result;
        result.connection_id = "c";
        result.duration = std::chrono::milliseconds(10);
        for (std::uint64_t i = 0; i < ok; ++i)
            node.done->add(result);
        result.failure.code = protocol::failure_code::request_timeout;
        for (std::uint64_t i = 0; i < failed; ++i)
            node.done->add(result);
        node.entered += ok + failed;
    }

    void tell(scripted_node& node) { tell(node, node.order.share); }

    void tell(scripted_node& node, std::uint64_t share) {
        caf::anon_send(node.order.owner, share_progress{.share = share,
                                                        .finished_round = node.finished_round,
                                                        .connected = node.order.pool.size,
                                                        .available = node.order.pool.size,
                                                        .requests = node.done->requests(),
                                                        .over = node.over});
        run_actors();
    }

    /// The rest of its part of the round succeeds.
    void finish(scripted_node& node) {
        const auto& order = node.begun.back();
        if (node.finished_round == order.round)
            return;
        std::uint64_t given = 0;
        for (const auto& each : node.begun)
            given += each.load.requests;
        count(node, given - node.entered);
        node.finished_round = order.round;
        tell(node);
    }

    void finish_round() {
        for (auto& node : nodes)
            if (!node.begun.empty())
                finish(node);
    }

    void after(caf::timespan time) {
        // In steps: a share is silent only when nothing comes although time passes.
        constexpr caf::timespan step = std::chrono::milliseconds(250);
        for (; time > step; time -= step) {
            advance_time(step);
            run_actors();
        }
        advance_time(time);
        run_actors();
    }

    void run_actors() { consume_messages(); }

    load_conductor_plan plan;
    std::deque<scripted_node> nodes;
    node_connector_actor connector;
    load_conductor_actor conductor;
    stats_actor figures;
    std::vector<connection_tried> tried;
    std::vector<pool_opened> opened;
    std::vector<rounds_started> plans;
    std::vector<round_started> begun;
    std::vector<round_finished> ended;
    std::vector<rounds_finished> finished;
    std::vector<pool_status> statuses;
    int closed = 0;

private:
    void spawn() {
        figures = sys.spawn(stats);
        connector = sys.spawn([this]() -> node_connector_actor::behavior_type {
            return {[this](const connect_node& to) { return connect(to.port); }};
        });
        plan.shares.connector = connector;
        plan.shares.stats = figures;
        plan.shares.watcher = sys.spawn([this]() -> connection_watcher_actor::behavior_type {
            return {[this](const connection_tried& event) { tried.push_back(event); }};
        });
        plan.watcher = sys.spawn([this]() -> round_watcher_actor::behavior_type {
            return {
                [this](const rounds_started& e) { plans.push_back(e); },
                [this](const round_started& e) { begun.push_back(e); },
                [](const round_progress&) {},
                [this](const round_finished& e) { ended.push_back(e); },
                [](const rounds_finished&) {},
            };
        });
        plan.shares.interrupt_after = plan.rounds.interrupt_after;
        conductor = sys.spawn(load_conductor, plan);
    }

    node_connected connect(std::size_t number) {
        auto& node = nodes.at(number);
        if (!node.reachable || !node.endpoint)
            return {nullptr, {}, "Connection refused"};
        return {caf::actor_cast<caf::strong_actor_ptr>(node.endpoint),
                sys.message_types(caf::detail::type_list<node_endpoint_actor>{}),
                {}};
    }

    static caf::typed_response_promise<share_accepted>
    accept(scripted_node& node, node_endpoint_actor::pointer self, open_share& order) {
        auto promise = self->make_response_promise<share_accepted>();
        ++node.shares;
        node.order = order;
        node.clip.clear();
        node.begun.clear();
        node.stopped = node.closed = false;
        node.done = std::make_unique<report::run_figures>();
        node.entered = node.finished_round = 0;
        node.over = false;
        if (!node.accepts) {
            self->attach_functor([promise] {}); // Kept open.
            return promise;
        }
        if (!node.refuses.empty()) {
            promise.deliver(share_accepted{{}, node.refuses});
            return promise;
        }
        node.share = self->spawn(play_share, &node);
        promise.deliver(share_accepted{node.share, {}});
        return promise;
    }

    static share_actor::behavior_type play_share(share_actor::pointer self, scripted_node* node) {
        self->send(node->order.owner, next_clip_part{node->order.share, 0});
        return {
            [=](clip_part& part) {
                CAF_CHECK_EQUAL(part.offset, node->clip.size());
                CAF_CHECK_LESS_OR_EQUAL(part.bytes.size(), longest_clip_part);
                node->clip += part.bytes;
                if (node->clip.size() < node->order.clip_bytes)
                    self->send(node->order.owner,
                               next_clip_part{node->order.share, node->clip.size()});
                else if (node->opens)
                    tell_opened(*node);
            },
            [=](const begin_round& order) { node->begun.push_back(order); },
            [=](get_share_progress) {
                if (node->answers && node->clip.size() == node->order.clip_bytes)
                    self->send(node->order.owner,
                               share_progress{.share = node->order.share,
                                              .finished_round = node->finished_round,
                                              .connected = node->order.pool.size,
                                              .available = node->order.pool.size,
                                              .requests = node->done->requests(),
                                              .over = node->over});
            },
            [=](get_share_status) {
                if (!node->answers)
                    return;
                share_status status;
                status.share = node->order.share;
                status.pool.size = status.pool.connected = node->order.pool.size;
                const auto done = node->done->requests();
                status.pool.requests = {.entered = node->entered, .succeeded = done.ok};
                if (done.failed > 0)
                    status.pool.requests.failed = {
                        {protocol::failure_code::request_timeout, done.failed}};
                self->send(node->order.owner, status);
            },
            [=](stop_share) { node->stopped = true; },
            [=](close_share) {
                node->closed = true;
                if (node->closes)
                    self->quit();
            },
        };
    }

public:
    static void tell_opened(scripted_node& node) {
        share_connections_tried some{node.order.share, {}};
        for (std::uint64_t i = 0; i < node.order.pool.size; ++i)
            some.tried.push_back({i, "c-" + std::to_string(i), {}});
        caf::anon_send(node.order.owner, some);
        caf::anon_send(node.order.owner,
                       share_opened{node.order.share,
                                    {node.order.pool.size, node.order.pool.size, {}, false}});
    }
};

} // namespace avatar::tests
