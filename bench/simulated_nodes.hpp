#pragma once

#include "actors/cluster/shares/node_versions.hpp"
#include "messages/actors.hpp"
#include "messages/message_types.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What simulations of many nodes share: actors on virtual time, and nodes whose part the
/// program plays.
namespace avatar::bench {

/// Of this process, user and system.
inline double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The arguments as numbers above 0; empty, unless all are and there are `count`.
inline std::vector<std::size_t> numbers_of(int argc, char** argv, std::size_t count) {
    std::vector<std::size_t> numbers;
    for (int i = 1; i < argc; ++i) {
        const std::string_view text = argv[i];
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size() || number == 0)
            return {};
        numbers.push_back(number);
    }
    return numbers.size() == count ? numbers : std::vector<std::size_t>();
}

/// Actors whose time only `pass` moves.
class virtual_system {
public:
    caf::actor_system& actors() { return system_; }

    caf::scheduler::test_coordinator& scheduler() {
        return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
    }

    /// All messages are delivered.
    void run_pending() {
        if (run_)
            run_();
        else
            scheduler().run();
    }

    void pass(std::chrono::nanoseconds time) {
        scheduler().clock().advance_time(time);
        run_pending();
    }

    /// In place of the scheduler's own way.
    void run_with(std::function<void()> run) { run_ = std::move(run); }

    /// The answer as it is once all messages are delivered, else a default one.
    template <class Answer, class Handle, class Question>
    std::shared_ptr<Answer> ask(const Handle& whom, Question question) {
        const auto answer = std::make_shared<Answer>();
        system_.spawn([=](caf::event_based_actor* self) {
            self->request(whom, caf::infinite, question)
                .then([=](Answer& is) { *answer = std::move(is); }, [](const caf::error&) {});
        });
        run_pending();
        return answer;
    }

private:
    struct config : caf::actor_system_config {
        config() {
            avatar::add_message_types(*this);
            set("scheduler.policy", caf::atom("testing"));
            set("logger.file-verbosity", caf::atom("quiet"));
        }
    };

    config config_;
    caf::actor_system system_{config_};
    std::function<void()> run_;
};

/// What each node has that is played, whatever its share is for.
struct simulated_node {
    open_share order;
    node_endpoint_actor endpoint; ///< Null: it is dead.
    share_actor share;

    bool lives() const { return static_cast<bool>(endpoint); }
};

/// Of a simulation's nodes: starts and ends them, and connects to those that live.
///
/// `Node`: a simulated_node, with what its share does.
template <class Node>
class simulated_nodes {
public:
    /// Empties the node, and plays the share of its order.
    using share_maker = std::function<share_actor(Node&)>;

    simulated_nodes(virtual_system& system, std::size_t count, share_maker make_share)
        : system_(system),
          nodes_(count),
          make_share_(std::move(make_share)) {
        for (auto& node : nodes_)
            start(node);
        connector_ = system_.actors().spawn([this]() -> node_connector_actor::behavior_type {
            return {[this](const connect_node& to) { return connect(nodes_.at(to.port)); }};
        });
    }

    ~simulated_nodes() {
        for (auto& node : nodes_)
            end(node);
        caf::anon_send_exit(connector_, caf::exit_reason::kill);
        system_.run_pending();
    }

    simulated_nodes(const simulated_nodes&) = delete;
    simulated_nodes& operator=(const simulated_nodes&) = delete;

    std::vector<Node>& all() { return nodes_; }
    const node_connector_actor& connector() const { return connector_; }

    std::vector<config::node_address> addresses() const {
        std::vector<config::node_address> all;
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            all.push_back({"node", static_cast<std::uint16_t>(i)});
        return all;
    }

    /// One in a thousand of those that live ends, and one in six of the dead comes back.
    template <class Random>
    void end_and_start_some(Random& random) {
        for (auto& node : nodes_) {
            if (!node.lives()) {
                if (random() % 6 == 0)
                    start(node);
            } else if (random() % 1'000 == 0) {
                end(node);
            }
        }
    }

    void start_all() {
        for (auto& node : nodes_)
            if (!node.lives())
                start(node);
    }

private:
    void start(Node& node) {
        node.endpoint =
            system_.actors().spawn([this, &node]() -> node_endpoint_actor::behavior_type {
                return {
                    [](const node_hello&) {
                        const auto version = this_version();
                        return node_welcome{version.wire, version.program, 1};
                    },
                    [this, &node](open_share& order) {
                        node.order = std::move(order);
                        node.share = make_share_(node);
                        return share_accepted{node.share, {}};
                    },
                };
            });
    }

    /// As a process that is killed.
    static void end(Node& node) {
        caf::anon_send_exit(node.share, caf::exit_reason::kill);
        caf::anon_send_exit(node.endpoint, caf::exit_reason::kill);
        node.share = share_actor();
        node.endpoint = node_endpoint_actor();
    }

    node_connected connect(const Node& node) {
        if (!node.lives())
            return {nullptr, {}, "Connection refused"};
        return {caf::actor_cast<caf::strong_actor_ptr>(node.endpoint),
                system_.actors().message_types(caf::detail::type_list<node_endpoint_actor>{}),
                {}};
    }

    virtual_system& system_;
    std::vector<Node> nodes_;
    share_maker make_share_;
    node_connector_actor connector_;
};

/// What a share tells once each of its connections was opened.
template <class Self>
void tell_opened(Self* self, const open_share& order) {
    const auto size = order.pool.size;
    for (std::size_t slot = 0; slot < size;) {
        share_connections_tried some{order.share, {}};
        for (std::size_t i = 0; i < most_connections_told && slot < size; ++i, ++slot)
            some.tried.push_back({slot, "8f14e45f-ceea-467f-a8d9-0123456789ab", {}});
        self->send(order.owner, std::move(some));
    }
    self->send(order.owner, share_opened{order.share, {size, size, {}, false}});
}

} // namespace avatar::bench
