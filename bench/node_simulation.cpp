// A run over many nodes, as its coordinator sees it: the real load conductor, node keepers and
// stats on virtual time, and nodes that this program plays. Some die in each round and come
// back. Prints what that costs the coordinator, and whether the books balance. See README.md.
//   avatar-bench-nodes NODES SESSIONS_OF_EACH ROUNDS

#include "actors/cluster/load/load_conductor.hpp"
#include "actors/load/stats.hpp"
#include "bench/simulated_nodes.hpp"
#include "report/balance.hpp"
#include "report/run_figures.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct played_node : bench::simulated_node {
    std::uint64_t clip = 0; // Bytes that have come.
    std::unique_ptr<report::run_figures> done;
    std::uint64_t finished_round = 0;
    std::uint64_t entered = 0;
    begin_round round;
    std::uint64_t left = 0; // Of its part of the round.
};

class simulation {
public:
    simulation(std::size_t nodes, std::size_t sessions, std::size_t rounds)
        : nodes_(system_, nodes, [this](played_node& node) { return make_share(node); }),
          sessions_(sessions) {
        load_conductor_plan plan;
        plan.rounds.count = rounds;
        plan.rounds.concurrency = nodes * sessions;
        plan.rounds.interval = 5s;
        plan.shares.pool.size = nodes * sessions;
        plan.shares.audio = audio_clip(std::string(650'000, 's'));
        plan.shares.nodes = nodes_.addresses();
        plan.shares.connector = nodes_.connector();
        stats_ = actors().spawn(stats);
        plan.shares.stats = stats_;
        plan.shares.watcher = actors().spawn([this]() -> connection_watcher_actor::behavior_type {
            return {[this](const connection_tried&) { ++tried_; }};
        });
        plan.watcher = actors().spawn([this]() -> round_watcher_actor::behavior_type {
            return {
                [](const rounds_started&) {},  [this](const round_started&) { ++begun_; },
                [](const round_progress&) {},  [this](const round_finished&) { ++ended_; },
                [](const rounds_finished&) {},
            };
        });
        conductor_ = actors().spawn(load_conductor, std::move(plan));
    }

    ~simulation() {
        system_.ask<pool_closed>(run_pool_actor(conductor_), close_pool{});
        system_.pass(25s);
    }

    void open() {
        const auto before = bench::cpu_seconds();
        const auto opened = system_.ask<pool_opened>(run_pool_actor(conductor_), open_pool{});
        system_.run_pending();
        const auto all = static_cast<double>(nodes_.all().size() * sessions_);
        fmt::print("opened {} of {} sessions: {:.2f} µs a session, {:.0f} µs a node\n",
                   opened->connected, opened->size, (bench::cpu_seconds() - before) / all * 1e6,
                   (bench::cpu_seconds() - before) / static_cast<double>(nodes_.all().size()) *
                       1e6);
    }

    void play() {
        finished_ = std::make_shared<rounds_finished>();
        const auto over = std::make_shared<bool>(false);
        actors().spawn([=, this](caf::event_based_actor* self) {
            self->request(load_driver_actor(conductor_), caf::infinite, run_rounds{})
                .then([=](const rounds_finished&) { *over = true; });
        });
        system_.run_pending();
        while (!*over)
            play_half_a_second();
        const auto asks = static_cast<double>(ticks_) * static_cast<double>(nodes_.all().size());
        fmt::print("progress: {} bytes a message; {:.1f} µs to read it, {:.1f} µs to use it\n",
                   bytes_ / std::max<std::size_t>(messages_, 1),
                   reading_ / static_cast<double>(messages_) * 1e6, using_ / asks * 1e6);
        fmt::print("so of a coordinator's core, with progress twice a second: {:.2f} %\n",
                   100 * 2 * static_cast<double>(nodes_.all().size()) *
                       (reading_ / static_cast<double>(messages_) + using_ / asks));
    }

    bool balances() {
        auto report = *system_.ask<run_report>(stats_, get_run_report{});
        const auto pool =
            system_.ask<pool_status>(run_pool_actor(conductor_), get_pool_status{true});
        report.pool = *pool;
        std::uint64_t lost = 0;
        std::uint64_t losses = 0;
        for (const auto& node : report.nodes) {
            lost += node.lost;
            losses += node.losses;
        }
        const auto planned = ended_ * nodes_.all().size() * sessions_;
        const auto told = report.ok + report.failed + report.interrupted_requests;
        fmt::print("{} rounds, {} requests: {} ok, {} failed, of which {} lost with nodes in {} "
                   "losses\n",
                   ended_, planned, report.ok, report.failed, lost, losses);
        const auto imbalance = report::imbalance(report);
        fmt::print("books: {}\n", imbalance         ? *imbalance
                                  : told != planned ? "some requests are missing"
                                                    : "balance");
        return !imbalance && told == planned;
    }

private:
    share_actor make_share(played_node& node) {
        node.clip = node.finished_round = node.entered = node.left = 0;
        node.done = std::make_unique<report::run_figures>();
        return actors().spawn(
            [this, &node](share_actor::pointer share) { return play(share, node); });
    }

    share_actor::behavior_type play(share_actor::pointer self, played_node& node) {
        self->send(node.order.owner, next_clip_part{node.order.share, 0});
        return {
            [self, &node](const clip_part& part) {
                node.clip += part.bytes.size();
                if (node.clip < node.order.clip_bytes)
                    self->send(node.order.owner, next_clip_part{node.order.share, node.clip});
                else
                    bench::tell_opened(self, node.order);
            },
            [&node](const begin_round& order) {
                node.round = order;
                node.left = order.load.requests;
            },
            [this, self, &node](get_share_progress) {
                const auto before = bench::cpu_seconds();
                if (node.clip == node.order.clip_bytes)
                    self->send(node.order.owner, crossing(progress_of(node)));
                playing_ += bench::cpu_seconds() - before;
            },
            [self, &node](get_share_status) {
                share_status status{node.order.share, {}};
                status.pool.size = status.pool.connected = node.order.pool.size;
                status.pool.requests = {.entered = node.entered, .succeeded = node.entered};
                self->send(node.order.owner, std::move(status));
            },
            [](stop_share) {},
            [self](close_share) { self->quit(); },
        };
    }

    static share_progress progress_of(const played_node& node) {
        return {.share = node.order.share,
                .finished_round = node.finished_round,
                .connected = node.order.pool.size,
                .available = node.order.pool.size,
                .requests = node.done->requests()};
    }

    /// As it comes from the network.
    share_progress crossing(share_progress sent) {
        std::vector<char> bytes;
        caf::binary_serializer to(actors(), bytes);
        if (auto error = to(sent))
            std::abort();
        share_progress came;
        const auto before = bench::cpu_seconds();
        caf::binary_deserializer from(actors(), bytes.data(), bytes.size());
        if (auto error = from(came))
            std::abort();
        reading_ += bench::cpu_seconds() - before;
        bytes_ += bytes.size();
        ++messages_;
        return came;
    }

    /// Every node has some results, one in a thousand dies, and one that is dead comes back.
    void play_half_a_second() {
        nodes_.end_and_start_some(random_);
        for (auto& node : nodes_.all())
            if (node.share && node.left > 0)
                add_results(node);
        system_.run_pending();
        const auto before = bench::cpu_seconds() - playing_;
        system_.pass(500ms);
        using_ += bench::cpu_seconds() - playing_ - before;
        ++ticks_;
    }

    void add_results(played_node& node) {
        std::lognormal_distribution<double> duration(0, 0.3);
        const auto some = std::min<std::uint64_t>(node.left, node.round.load.requests / 10 + 1);
        for (std::uint64_t i = 0; i < some; ++i) {
            audio_result result;
            result.connection_id = ids_[random_() % ids_.size()];
            result.frames = 33;
            result.bytes = 33'000;
            result.duration = result.served =
                nanoseconds(static_cast<std::int64_t>(1e9 * duration(random_)));
            result.first_frame = result.duration / 3;
            node.done->add(result);
        }
        node.left -= some;
        node.entered += some;
        if (node.left == 0) {
            node.finished_round = node.round.round;
            caf::anon_send(node.order.owner, progress_of(node));
        }
    }

    caf::actor_system& actors() { return system_.actors(); }

    bench::virtual_system system_;
    bench::simulated_nodes<played_node> nodes_;
    std::size_t sessions_;
    std::mt19937_64 random_{1};
    std::vector<std::string> ids_ = std::vector<std::string>(100, "connection-id");
    stats_actor stats_;
    load_conductor_actor conductor_;
    std::shared_ptr<rounds_finished> finished_;
    std::size_t tried_ = 0;
    std::size_t begun_ = 0;
    std::size_t ended_ = 0;
    std::size_t ticks_ = 0;
    double playing_ = 0; // Seconds of the nodes.
    double reading_ = 0; // Of that, to read `messages_`, as the coordinator would.
    double using_ = 0;   // Seconds of the coordinator, without reading.
    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    const auto numbers = bench::numbers_of(argc, argv, 3);
    if (numbers.empty() || numbers[0] > 65'535) {
        fmt::print(stderr,
                   "usage: avatar-bench-nodes NODES SESSIONS_OF_EACH ROUNDS, of up to 65535 "
                   "nodes\n");
        return 2;
    }
    spdlog::set_level(spdlog::level::off); // Of nodes that come and go.
    simulation run(numbers[0], numbers[1], numbers[2]);
    fmt::print("{} nodes of {} sessions each, simulated\n", numbers[0], numbers[1]);
    run.open();
    run.play();
    return run.balances() ? 0 : 1;
}
