// avatar-node-soak NODES MINUTES [tls] [SEED]: plays runs over so many workers while workers,
// links, coordinators and the service fail at random, and checks the books of each run, and that
// workers keep their promises. Prints a table and exits with 1, and a line for each, when a
// promise was broken.

#include "tests/nodes/hostile_peer.hpp"
#include "tests/nodes/node_certificates.hpp"
#include "tests/nodes/node_programs.hpp"
#include "tests/nodes/node_service.hpp"
#include "tests/nodes/tcp_proxy.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace avatar::tests {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t megabyte = 1024 * 1024;

/// Of a run, whatever befalls it.
constexpr auto longest_run = 90s;

/// After the last run.
constexpr auto session_limit = 15s;

#ifdef AVATAR_SANITIZED
constexpr bool checks_memory = false; // Sanitizers keep freed memory back.
#else
constexpr bool checks_memory = true;
#endif

struct soak_settings {
    std::size_t workers = 3;
    std::chrono::seconds length = 2min;
    bool tls = false;
    std::uint64_t seed = 0;
};

/// A worker, and the network before it.
struct soaked_node {
    soaked_node(const environment& service, const arguments& with)
        : worker(service, with),
          network(worker.port()) {}

    void note_start() {
        runs = 0;
        early_memory = 0;
    }

    node_worker worker;
    tcp_proxy network;
    bool ails = false; ///< A fault is under way.
    std::size_t runs = 0;
    std::size_t early_memory = 0; ///< At the end of the first quarter, or 0.
    std::size_t early_descriptors = 0;
};

struct soak_counts {
    std::map<std::string, std::uint64_t> faults;
    std::uint64_t runs = 0;
    std::map<int, std::uint64_t> codes;
    std::uint64_t rounds = 0;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t lost = 0;
    std::uint64_t interrupted = 0;
    milliseconds longest{0};
};

class node_soak {
public:
    explicit node_soak(const soak_settings& settings)
        : settings_(settings),
          random_(settings.seed) {
        if (settings_.tls)
            certificate_ = node_certificates_.emplace(arguments{"127.0.0.1"}).options("127.0.0.1");
        for (std::size_t i = 0; i < settings_.workers; ++i)
            nodes_.emplace_back(service_.variables(), certificate_);
    }

    /// True: all promises held.
    bool play() {
        begin_ = steady_clock::now();
        record_link();
        while (steady_clock::now() < begin_ + settings_.length)
            play_run();
        end_faults();
        check_end();
        write_table();
        for (const auto& promise : broken_)
            std::cout << "BROKEN: " << promise << '\n';
        std::cout << (broken_.empty() ? "all promises held\n" : "");
        return broken_.empty();
    }

private:
    struct undoing {
        steady_clock::time_point when;
        std::function<void()> undo;
    };

    void promise(bool held, const std::string& what) {
        if (!held)
            broken_.push_back(fmt::format(
                "{:.1f} s: {}", std::chrono::duration<double>(steady_clock::now() - begin_).count(),
                what));
    }

    bool by_chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

    std::vector<std::string> addresses() const {
        std::vector<std::string> all;
        for (const auto& node : nodes_)
            all.push_back(node.network.address());
        return all;
    }

    arguments run_options(arguments with) const {
        with.insert(with.end(), certificate_.begin(), certificate_.end());
        return with;
    }

    // -- faults --------------------------------------------------------------------------

    void undo_after(milliseconds time, std::function<void()> undo) {
        undoings_.push_back({steady_clock::now() + time, std::move(undo)});
    }

    void undo_due(bool all = false) {
        for (auto each = undoings_.begin(); each != undoings_.end();) {
            if (!all && each->when > steady_clock::now()) {
                ++each;
                continue;
            }
            const auto undo = std::move(each->undo);
            each = undoings_.erase(each);
            undo();
        }
    }

    void end_faults() { undo_due(true); }

    void ail(soaked_node& node, const std::string& name, milliseconds time,
             std::function<void()> undo) {
        ++counts_.faults[name];
        node.ails = true;
        undo_after(time, [&node, undo = std::move(undo)] {
            undo();
            node.ails = false;
        });
    }

    void play_fault(node_run& run) {
        const auto number = random_() % nodes_.size();
        auto& node = *std::next(nodes_.begin(), static_cast<std::ptrdiff_t>(number));
        switch (random_() % 12) {
        case 0:
            return kill_worker(node, number);
        case 1:
            return stop_worker(node, 2s);
        case 2:
            return stop_worker(node, 8s);
        case 3:
            return harm_link(node, "link cut for 0.5 s", 500ms, &tcp_proxy::cut);
        case 4:
            return harm_link(node, "link stops forwarding for 2 s", 2s,
                             &tcp_proxy::stop_forwarding);
        case 5:
            return harm_link(node, "link stops forwarding for 8 s", 8s,
                             &tcp_proxy::stop_forwarding);
        case 6:
            return by_chance(50) ? harm_link(node, "link half-open for 8 s", 8s,
                                             &tcp_proxy::swallow_from_client)
                                 : harm_link(node, "link half-open for 8 s", 8s,
                                             &tcp_proxy::swallow_from_server);
        case 7:
            return slow_link(node);
        case 8:
            return harm_coordinator(run);
        case 9:
            return by_chance(50) ? crash_service() : vex_with_service();
        default:
            return say_hostile_bytes(node);
        }
    }

    /// The first one lives as long as the soak: its memory shows growth.
    void kill_worker(soaked_node& node, std::size_t number) {
        if (node.ails || number == 0)
            return;
        node.worker.kill();
        ail(node, "worker killed and restarted", milliseconds(random_() % 1'500), [&node] {
            node.worker.restart();
            node.note_start();
        });
    }

    void stop_worker(soaked_node& node, std::chrono::seconds time) {
        if (node.ails)
            return;
        node.worker.signal(SIGSTOP);
        ail(node, fmt::format("worker stopped for {} s", time.count()), time,
            [&node] { node.worker.signal(SIGCONT); });
    }

    void harm_link(soaked_node& node, const std::string& name, milliseconds time,
                   void (tcp_proxy::*harm)()) {
        if (node.ails)
            return;
        (node.network.*harm)();
        ail(node, name, time, [&node] { node.network.mend(); });
    }

    void slow_link(soaked_node& node) {
        if (node.ails)
            return;
        node.network.limit(200'000);
        ail(node, "link slow for 4 s", 4s, [&node] { node.network.mend(); });
    }

    void harm_coordinator(node_run& run) {
        if (harmed_ != 0)
            return;
        harmed_ = by_chance(50) ? SIGKILL : SIGINT;
        ++counts_.faults[harmed_ == SIGKILL ? "coordinator killed" : "coordinator interrupted"];
        run.signal(harmed_);
    }

    void crash_service() {
        if (std::exchange(service_ails_, true))
            return;
        ++counts_.faults["service gone for 1.5 s"];
        service_.crash();
        undo_after(1500ms, [this] {
            service_.come_back();
            service_ails_ = false;
        });
    }

    void vex_with_service() {
        if (std::exchange(service_ails_, true))
            return;
        ++counts_.faults["service with faults for 3 s"];
        service_.come_back("refuse-token:20%,refuse-upgrade:20%,close:10%,reset:10%,error:10%");
        undo_after(3s, [this] {
            service_.come_back();
            service_ails_ = false;
        });
    }

    void say_hostile_bytes(soaked_node& node) {
        if (node.ails)
            return;
        ++counts_.faults["hostile bytes at a worker"];
        try {
            for (int i = 0; i < 5; ++i) {
                strangers_.emplace_back(node.worker.port());
                strangers_.back().say(hostile_bytes(random_, recording_));
            }
        } catch (const std::exception& e) {
            promise(false, e.what());
        }
        while (strangers_.size() > 20)
            strangers_.pop_front();
    }

    // -- runs ----------------------------------------------------------------------------

    /// What a link says when all is well, for hostile bytes.
    void record_link() {
        node_run run(addresses(), run_options({"--rounds.count=2"}));
        check_run(run.finish(longest_run), 12);
        recording_ = nodes_.front().network.recording();
        promise(counts_.ok == 24, "the first run, without faults, has failures");
    }

    void play_run() {
        const auto requests = nodes_.size() * (2 + random_() % 8);
        node_run run(addresses(),
                     run_options({fmt::format("--rounds.count={}", 2 + random_() % 6),
                                  fmt::format("--rounds.concurrency={}", requests),
                                  fmt::format("--pool.size={}", nodes_.size() * 2),
                                  "--pool.drain-timeout=3s", "--pool.request-timeout=5s"}));
        harmed_ = 0;
        const auto limit = steady_clock::now() + longest_run;
        auto next_fault = steady_clock::now() + pause();
        while (run.program().read_now() && steady_clock::now() < limit) {
            undo_due();
            watch_workers();
            if (steady_clock::now() >= next_fault) {
                play_fault(run);
                next_fault = steady_clock::now() + pause();
            }
            std::this_thread::sleep_for(10ms);
        }
        check_run(run.finish(1s), requests);
        if (harmed_ == SIGKILL)
            check_given_back();
        note_memory();
    }

    milliseconds pause() { return milliseconds(100 + random_() % 1'500); }

    void watch_workers() {
        for (auto& node : nodes_)
            if (!node.worker.program().read_now() && !node.ails) {
                node.worker.program().wait();
                promise(false, "a worker ended by itself: " + node.worker.program().err());
                node.worker.restart();
                node.note_start();
            }
    }

    void check_run(const run_end& end, std::uint64_t planned) {
        ++counts_.runs;
        ++counts_.codes[end.code];
        counts_.longest = std::max(counts_.longest, end.took);
        std::string wrong_with_it;
        const auto fits = [&](bool held, const std::string& what) {
            if (!held)
                wrong_with_it += what + "; ";
        };
        if (harmed_ == SIGKILL)
            return;
        fits(end.code != -1, fmt::format("it did not end within {} s", longest_run.count()));
        const bool interrupted = harmed_ == SIGINT && end.code == 5;
        fits(end.code <= 1 || end.code == 3 || interrupted,
             fmt::format("it ended with code {}", end.code));
        fits(end.books || end.code == 3, "it left no report");
        if (end.books) {
            const auto& books = *end.books;
            for (const auto& wrong : imbalances(books, planned))
                fits(false, wrong);
            // All nodes may be lost at once.
            fits(books.ended_early.empty() || books.ended_early.starts_with("no node is left"),
                 "it ended early: " + books.ended_early);
            fits(end.code == 1 || books.total.failed == 0, "its code hides failures");
            counts_.rounds += books.rounds.size();
            counts_.ok += books.total.ok;
            counts_.lost += books.lost();
            counts_.failed += books.total.failed - books.lost();
            counts_.interrupted += books.total.interrupted;
        }
        promise(wrong_with_it.empty(), "a run: " + wrong_with_it + "\n" + end.text());
    }

    /// What a coordinator had that was killed.
    void check_given_back() {
        end_faults();
        if (!service_.wait_for_no_session(session_limit))
            promise(false, fmt::format("{} sessions are open 15 s after the coordinator was killed",
                                       service_.sessions()));
    }

    void note_memory() {
        for (auto& node : nodes_) {
            ++node.runs;
            if (node.early_memory == 0 && node.runs >= 5 && !node.ails &&
                steady_clock::now() > begin_ + settings_.length / 4) {
                node.early_memory = node.worker.memory();
                node.early_descriptors = node.worker.descriptors();
            }
        }
    }

    // -- the end -------------------------------------------------------------------------

    void check_end() {
        strangers_.clear();
        watch_workers();
        if (!service_.wait_for_no_session(session_limit))
            promise(false, fmt::format("{} sessions are open 15 s after the last run",
                                       service_.sessions()));
        harmed_ = 0;
        const auto ok = counts_.ok;
        node_run last(addresses(), run_options({"--rounds.count=1"}));
        check_run(last.finish(30s), 12);
        promise(counts_.ok == ok + 12, "the last run, without faults, has failures");
        promise(service_.wait_for_no_session(session_limit),
                "sessions are open 15 s after the very last run");
        std::size_t measured = 0;
        for (auto& node : nodes_) {
            if (node.early_memory == 0)
                continue;
            ++measured;
            const auto memory = node.worker.memory();
            memory_.push_back(fmt::format("{:.1f} / {:.1f}", in_megabytes(node.early_memory),
                                          in_megabytes(memory)));
            promise(!checks_memory || memory <= std::max(node.early_memory * 13 / 10,
                                                         node.early_memory + 10 * megabyte),
                    "the memory of a worker grew, in MB: " + memory_.back());
            promise(node.worker.descriptors() <= std::max<std::size_t>(node.early_descriptors, 40),
                    fmt::format("the descriptors of a worker grew from {} to {}",
                                node.early_descriptors, node.worker.descriptors()));
        }
        promise(measured > 0 || settings_.length < 1min,
                "no worker lived long enough to be measured");
        for (auto& node : nodes_) {
            node.worker.signal(SIGTERM);
            node.worker.program().give_time(30s);
            const auto code = node.worker.program().wait();
            promise(code == 0, fmt::format("a worker ended with code {} when told to: {}", code,
                                           node.worker.program().err()));
        }
    }

    static double in_megabytes(std::size_t bytes) {
        return static_cast<double>(bytes) / static_cast<double>(megabyte);
    }

    void write_table() const {
        const auto row = [](const std::string& what, const auto& value) {
            std::cout << fmt::format("{:<44} {:>12}\n", what, value);
        };
        row("length", fmt::format("{} s", settings_.length.count()));
        row("seed", settings_.seed);
        row("workers", fmt::format("{}{}", settings_.workers, settings_.tls ? ", TLS" : ""));
        row("runs", counts_.runs);
        for (const auto& [code, count] : counts_.codes)
            row(fmt::format("  that ended with code {}", code), count);
        row("longest run",
            fmt::format("{:.1f} s", static_cast<double>(counts_.longest.count()) / 1e3));
        row("rounds reported", counts_.rounds);
        row("requests reported", counts_.ok + counts_.failed + counts_.lost + counts_.interrupted);
        row("  succeeded", counts_.ok);
        row("  failed", counts_.failed);
        row("  lost with their node", counts_.lost);
        row("  interrupted", counts_.interrupted);
        for (const auto& each : memory_)
            row("memory of a worker, early / end, MB", each);
        std::uint64_t all = 0;
        for (const auto& [name, count] : counts_.faults)
            all += count;
        row("faults played", all);
        for (const auto& [name, count] : counts_.faults)
            row("  " + name, count);
    }

    soak_settings settings_;
    std::mt19937_64 random_;
    std::optional<node_certificates> node_certificates_;
    arguments certificate_; ///< Options of the program; none without TLS.
    node_service service_{100ms};
    std::list<soaked_node> nodes_;
    std::list<undoing> undoings_;
    std::list<hostile_peer> strangers_;
    std::string recording_;
    steady_clock::time_point begin_;
    bool service_ails_ = false;
    int harmed_ = 0; ///< The signal that this run's coordinator was sent.
    soak_counts counts_;
    std::vector<std::string> memory_;
    std::vector<std::string> broken_;
};

std::optional<soak_settings> soak_settings_of(const std::vector<std::string>& words) {
    soak_settings settings;
    settings.tls = words.size() > 2 && words[2] == "tls";
    const auto given = words.size() - (settings.tls ? 1 : 0);
    if (given < 2 || given > 3)
        return std::nullopt;
    try {
        const auto workers = std::stoi(words[0]);
        const auto minutes = std::stod(words[1]);
        if (workers < 1 || workers > 50 || !(minutes >= 0.25 && minutes <= 24 * 60))
            return std::nullopt;
        settings.workers = static_cast<std::size_t>(workers);
        settings.length = std::chrono::seconds(static_cast<int>(minutes * 60));
        settings.seed = given == 3 ? std::stoull(words.back()) : std::random_device()();
    } catch (const std::logic_error&) {
        return std::nullopt;
    }
    return settings;
}

} // namespace
} // namespace avatar::tests

int main(int argc, char** argv) {
    using namespace avatar::tests;
    const auto settings = soak_settings_of({argv + 1, argv + argc});
    if (!settings) {
        std::cerr << "avatar-node-soak: expected the number of workers, from 1 to 50, the minutes "
                     "to run, from 0.25 to 1440, and perhaps \"tls\" and a seed\n";
        return 2;
    }
    spdlog::set_level(spdlog::level::off);
    std::cerr << "seed " << settings->seed << '\n';
    try {
        return node_soak(*settings).play() ? 0 : 1;
    } catch (const std::exception& e) {
        std::cerr << "avatar-node-soak: " << e.what() << '\n';
        return 1;
    }
}
