// A pool over many nodes, as the program sees it that has the pool: the real remote pool, with
// its shares and node keepers, on virtual time, and nodes, callers, sinks, sources and holders of
// leases that this program plays. Nodes die and come back all through, and so do the others.
// Prints what that costs the pool, at a tenth of the nodes and at all of them, and whether the
// books balance: exits with 1 if they do not. See README.md.
//   avatar-bench-remote-nodes NODES SESSIONS_OF_EACH REQUESTS

#include "actors/cluster/requests/remote_pool.hpp"
#include "bench/simulated_nodes.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <random>
#include <unordered_map>
#include <unordered_set>

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;

namespace {

/// Requests come over so many turns of half a second.
constexpr std::size_t turns = 100;

/// Turns without requests: what is spent then is that of progress and of lost nodes.
constexpr std::size_t idle_turns = 20;

/// A request that a node has.
struct taken_request {
    bool has_sink = false;
    bool speaks = false;            // Its source has not ended.
    std::size_t batches_left = 0;   // Of frames, to be sent.
    std::size_t batches_unpaid = 0; // Sent, without an answer.
};

struct played_node : bench::simulated_node {
    std::unordered_map<std::uint64_t, taken_request> requests;
    std::unordered_map<std::uint64_t, std::uint64_t> clips; // Bytes that have come, by number.
    std::unordered_set<std::uint64_t> leases;

    request_share_owner_actor owner() const {
        return caf::actor_cast<request_share_owner_actor>(order.owner);
    }
};

/// What came out of one simulation.
struct figures {
    std::size_t nodes = 0;
    std::uint64_t requests = 0;
    std::map<std::string, std::uint64_t> outcomes;
    std::uint64_t unheard = 0; // Their callers had died.
    std::uint64_t granted = 0;
    std::uint64_t released = 0;
    std::uint64_t lost = 0; // With their nodes.
    double opening_us = 0;  // A session.
    double request_us = 0;
    double progress_us = 0; // A node and second.
    std::string imbalance;  // Empty: none.
};

using holding_sink_actor = frame_sink_actor::extend<caf::reacts_to<caf::unit_t>>;
using holding_source_actor = audio_source_actor::extend<caf::reacts_to<caf::unit_t>>;

failure_code outcome_of(std::mt19937_64& random) {
    return random() % 50 == 0 ? failure_code::server_error : failure_code::none;
}

class remote_simulation {
public:
    remote_simulation(std::size_t nodes, std::size_t sessions, std::size_t requests)
        : nodes_(system_, nodes, [this](played_node& node) { return make_share(node); }),
          sessions_(sessions) {
        told_.requests = requests;
        told_.nodes = nodes;
        answers_.resize(requests);
        for (auto& clip : clips_)
            clip = audio_clip(std::string(100'000, static_cast<char>('a' + (&clip - &clips_[0]))));
        remote_pool_plan plan;
        plan.nodes = nodes_.addresses();
        plan.connector = nodes_.connector();
        plan.pool.size = nodes * sessions;
        plan.pool.retries = 1;
        plan.pool.retry_accepted = true;
        pool_ = system_.actors().spawn(remote_pool, std::move(plan));
        system_.run_with([this] { run(); });
        caller_ = spawn_caller();
        for (auto& each : sinks_)
            each = spawn_sink();
        for (auto& each : sources_)
            each = spawn_source();
        holders_.resize(nodes);
        for (auto& each : holders_)
            spawn(each);
    }

    ~remote_simulation() {
        caf::anon_send_exit(pool_, caf::exit_reason::kill); // Where it was not closed.
        caf::anon_send_exit(caller_, caf::exit_reason::kill);
        for (const auto& each : sinks_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        for (const auto& each : sources_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        for (const auto& each : holders_)
            caf::anon_send_exit(each.actor, caf::exit_reason::kill);
        system_.run_pending();
    }

    remote_simulation(const remote_simulation&) = delete;
    remote_simulation& operator=(const remote_simulation&) = delete;

    figures play() {
        const auto all = static_cast<double>(nodes_.all().size());
        told_.opening_us = 1e6 / (all * static_cast<double>(sessions_)) *
                           spent([this] { system_.ask<pool_opened>(as_pool(), open_pool{}); });
        told_.progress_us = 1e6 / (all * idle_turns / 2.0) * spent([this] {
                                for (std::size_t i = 0; i < idle_turns; ++i)
                                    pass_turn();
                            });
        std::size_t taken = turns;
        const auto busy = spent([&] {
            for (std::size_t i = 0; i < turns; ++i)
                play_turn(told_.requests * (i + 1) / turns);
            taken += finish();
        });
        const auto progress = told_.progress_us * all * static_cast<double>(taken) / 2;
        told_.request_us = (1e6 * busy - progress) / static_cast<double>(told_.requests);
        balance();
        return told_;
    }

private:
    struct holder {
        caf::actor actor;
        std::uint64_t lease = 0;
        bool waits = false;                 // For a lease.
        std::optional<std::size_t> request; // Under the lease.
    };

    struct answered {
        std::uint8_t times = 0;
        bool unheard = false; // Nobody is there to hear it.
    };

    // -- the pool's time -----------------------------------------------------------

    /// Every message is delivered; those to the pool and its keepers on the clock.
    void run() {
        auto& scheduler = system_.scheduler();
        while (!scheduler.jobs.empty()) {
            if (!is_of_the_pool(*scheduler.jobs.front())) {
                scheduler.run_once();
                continue;
            }
            const auto before = bench::cpu_seconds();
            scheduler.run_once();
            pool_seconds_ += bench::cpu_seconds() - before - clock_seconds_;
        }
    }

    static bool is_of_the_pool(const caf::resumable& job) {
        const auto* actor = dynamic_cast<const caf::local_actor*>(&job);
        const auto name = std::string_view(actor ? actor->name() : "");
        return name == "remote_pool" || name == "node_keeper" || name == "partner_relay";
    }

    /// What a look at the clock takes by itself.
    static double clock_cost() {
        constexpr int looks = 100'000;
        const auto before = bench::cpu_seconds();
        for (int i = 0; i < looks; ++i)
            bench::cpu_seconds();
        return (bench::cpu_seconds() - before) / looks;
    }

    template <class Function>
    double spent(Function play) {
        const auto before = pool_seconds_;
        play();
        return pool_seconds_ - before;
    }

    // -- nodes ---------------------------------------------------------------------

    share_actor make_share(played_node& node) {
        told_.lost += node.leases.size();
        node.requests.clear();
        node.clips.clear();
        node.leases.clear();
        return caf::actor_cast<share_actor>(
            system_.actors().spawn([this, &node](request_share_actor::pointer self) {
                bench::tell_opened(self, node.order);
                return play(self, node);
            }));
    }

    request_share_actor::behavior_type play(request_share_actor::pointer self, played_node& node) {
        return {
            [](const clip_part&) {},
            [](const begin_round&) {},
            [self, &node](get_share_progress) {
                share_progress progress;
                progress.share = node.order.share;
                progress.connected = progress.available = node.order.pool.size;
                self->send(node.owner(), std::move(progress));
            },
            [self, &node](get_share_status) {
                self->send(node.owner(), share_status{node.order.share, {}});
            },
            [](stop_share) {},
            [this, self, &node](close_share) {
                close(node);
                self->quit();
            },
            [&node](const remote_clip_part& part) { node.clips[part.clip] += part.part.size(); },
            [&node](const drop_remote_clip& which) { node.clips.erase(which.clip); },
            [this, &node](const remote_request& request) { take(node, request); },
            [this, &node](const interrupt_remote& which) {
                if (node.requests.contains(which.number))
                    end(node, which.number, failure_code::request_interrupted);
            },
            [this, &node](const remote_credit& credit) { note_credit(node, credit); },
            [this, &node](const remote_audio& audio) { note_audio(node, audio); },
            [this, &node](const acquire_remote& question) {
                lease_granted granted;
                granted.lease = random_();
                node.leases.insert(granted.lease);
                ++told_.granted;
                caf::anon_send(node.owner(),
                               remote_lease{node.order.share, question.number, granted});
            },
            [this, &node](const release_session& which) {
                if (node.leases.erase(which.lease) > 0)
                    ++told_.released;
                else
                    wrong("a lease was released that its node does not have");
            },
        };
    }

    void close(played_node& node) {
        while (!node.requests.empty())
            end(node, node.requests.begin()->first, failure_code::request_cancelled);
        if (!node.leases.empty())
            wrong("a lease is held at the end");
        node.share = share_actor();
    }

    void take(played_node& node, const remote_request& request) {
        if (request.clip != 0 && node.clips[request.clip] < clips_[0].size())
            wrong("a request came before its clip");
        if (node.requests.contains(request.number))
            wrong("a request came twice");
        taken_request& taken = node.requests[request.number];
        if (request.lease != 0 && !node.leases.contains(request.lease)) {
            wrong("a request came under a lease that its node does not have");
            return end(node, request.number, failure_code::lease_lost);
        }
        taken.has_sink = request.has_sink;
        taken.batches_left = request.has_sink ? 3 : 0;
        taken.speaks = request.has_source;
        if (request.has_source)
            want_audio(node, request.number, true);
    }

    static void want_audio(const played_node& node, std::uint64_t number, bool first) {
        caf::anon_send(node.owner(), remote_audio_wanted{node.order.share, number, first});
    }

    void note_credit(played_node& node, const remote_credit& credit) {
        const auto found = node.requests.find(credit.number);
        if (found != node.requests.end() && found->second.batches_unpaid-- == 0)
            wrong("more credit came than frames went");
    }

    void note_audio(played_node& node, const remote_audio& audio) {
        const auto found = node.requests.find(audio.number);
        if (found == node.requests.end())
            return;
        if (!audio.failed.empty())
            return end(node, audio.number, failure_code::request_cancelled);
        if (audio.last)
            found->second.speaks = false;
        else
            want_audio(node, audio.number, false);
    }

    static void end(played_node& node, std::uint64_t number, failure_code code) {
        node.requests.erase(number);
        audio_result result;
        result.connection_id = "8f14e45f-ceea-467f-a8d9-0123456789ab";
        result.failure.code = code;
        caf::anon_send(node.owner(), remote_result{node.order.share, number, std::move(result)});
    }

    /// Its service gets on with what it has.
    void serve(played_node& node) {
        std::vector<std::uint64_t> ended;
        for (auto& [number, taken] : node.requests) {
            if (taken.batches_left > 0) {
                --taken.batches_left;
                ++taken.batches_unpaid;
                caf::anon_send(node.owner(), remote_frames{node.order.share, number, frames_});
            } else if (!taken.speaks && taken.batches_unpaid == 0 && random_() % 2 == 0) {
                ended.push_back(number);
            }
        }
        for (const auto number : ended)
            end(node, number, outcome_of(random_));
    }

    // -- callers, and what they have -------------------------------------------------

    pool_actor as_pool() const { return pool_; }

    template <class Message>
    void say(const caf::actor& from, Message message) {
        caf::actor_cast<caf::actor>(pool_)->enqueue(caf::actor_cast<caf::strong_actor_ptr>(from),
                                                    caf::make_message_id(),
                                                    caf::make_message(std::move(message)), nullptr);
    }

    caf::actor spawn_caller() {
        return system_.actors().spawn([this](caf::event_based_actor*) -> caf::behavior {
            return {[this](const audio_result& result) { note_answer(result); }};
        });
    }

    std::size_t note_answer(const audio_result& result) {
        std::size_t number = 0;
        const auto& id = result.request_id;
        std::from_chars(id.data(), id.data() + id.size(), number);
        auto& answer = answers_.at(number);
        if (++answer.times > 1 || answer.unheard)
            wrong("a request has two answers");
        ++heard_[std::string(to_string(result.failure.code))];
        return number;
    }

    void spawn(holder& who) {
        who = {};
        who.actor = system_.actors().spawn([this, &who](caf::event_based_actor*) -> caf::behavior {
            return {
                [this, &who](const lease_granted& granted) {
                    who.waits = false;
                    who.lease = granted.lease;
                },
                [this, &who](const audio_result& result) {
                    if (who.request != note_answer(result))
                        wrong("a holder has the answer of another");
                    who.request.reset();
                    if (result.failure.code == failure_code::lease_lost ||
                        result.failure.code == failure_code::node_lost)
                        who.lease = 0;
                },
            };
        });
    }

    holding_sink_actor spawn_sink() {
        return system_.actors().spawn(
            [this](holding_sink_actor::pointer self) -> holding_sink_actor::behavior_type {
                using promise = caf::typed_response_promise<frame_credit>;
                const auto owed = std::make_shared<std::vector<promise>>();
                return {
                    [this, self, owed](const animation_frames& some) {
                        auto credit = self->make_response_promise<frame_credit>();
                        if (random_() % 4 == 0)
                            owed->push_back(credit);
                        else
                            credit.deliver(frame_credit{some.frames.size(), 1'000});
                        return credit;
                    },
                    [owed](caf::unit_t) {
                        for (auto& each : std::exchange(*owed, {}))
                            each.deliver(frame_credit{1, 1'000});
                    },
                };
            });
    }

    /// Speaks a piece in each turn.
    holding_source_actor spawn_source() {
        return system_.actors().spawn(
            [this](holding_source_actor::pointer self) -> holding_source_actor::behavior_type {
                using promise = caf::typed_response_promise<audio_piece>;
                const auto asked = std::make_shared<std::vector<promise>>();
                return {
                    [self, asked](const next_audio&) {
                        asked->push_back(self->make_response_promise<audio_piece>());
                        return asked->back();
                    },
                    [this, asked](caf::unit_t) {
                        for (auto& each : std::exchange(*asked, {}))
                            each.deliver(audio_piece{std::string(1'280, 'p'), random_() % 4 == 0});
                    },
                };
            });
    }

    // -- turns ---------------------------------------------------------------------

    /// Requests are sent until there are so many.
    void play_turn(std::size_t requests) {
        while (sent_ < requests) {
            send_one();
            run_sometimes();
        }
        for (auto& each : holders_) {
            use(each);
            run_sometimes();
        }
        if (random_() % 10 == 0) {
            auto& sink = sinks_[random_() % sinks_.size()];
            caf::anon_send_exit(sink, caf::exit_reason::kill);
            sink = spawn_sink();
        }
        if (random_() % 10 == 0) {
            auto& source = sources_[random_() % sources_.size()];
            caf::anon_send_exit(source, caf::exit_reason::kill);
            source = spawn_source();
        }
        system_.run_pending();
        serve_all();
        pass_turn();
    }

    void serve_all() {
        for (auto& node : nodes_.all())
            if (node.share) {
                serve(node);
                run_sometimes();
            }
        for (const auto& each : sinks_) {
            caf::anon_send(each, caf::unit_t{});
            run_sometimes();
        }
        for (const auto& each : sources_) {
            caf::anon_send(each, caf::unit_t{});
            run_sometimes();
        }
        system_.run_pending();
    }

    /// As messages come: some at a time, and not all those of half a second.
    void run_sometimes() {
        if (++steps_ % 16 == 0)
            system_.run_pending();
    }

    void pass_turn() {
        nodes_.end_and_start_some(random_);
        system_.run_pending();
        system_.pass(500ms);
    }

    audio_request next_request() {
        audio_request request;
        request.request_id = std::to_string(sent_++);
        return request;
    }

    /// One in 8 has a long clip, one in 8 a sink, one in 16 a source; one in 20 is interrupted.
    void send_one() {
        auto request = next_request();
        const auto drawn = random_();
        if (drawn % 16 == 0)
            request.source = sources_[random_() % sources_.size()];
        else
            request.audio = drawn % 8 == 1 ? clips_[random_() % clips_.size()] : short_clip_;
        if (drawn / 16 % 8 == 0)
            request.sink = sinks_[random_() % sinks_.size()];
        auto id = request.request_id;
        say(caller_, std::move(request));
        if (drawn / 128 % 20 == 0)
            say(caller_, interrupt_request{std::move(id)});
    }

    void use(holder& who) {
        const auto drawn = random_();
        if (drawn % 200 == 0) {
            caf::anon_send_exit(who.actor, caf::exit_reason::kill);
            if (who.request)
                answers_[*who.request].unheard = true;
            return spawn(who);
        }
        if (who.waits || who.request)
            return;
        if (who.lease == 0) {
            who.waits = true;
            say(who.actor, acquire_session{"holder"});
        } else if (drawn / 200 % 4 == 0) {
            say(who.actor, release_session{std::exchange(who.lease, 0)});
        } else if (sent_ < told_.requests) {
            who.request = sent_;
            auto request = next_request();
            request.audio = short_clip_;
            request.lease = who.lease;
            say(who.actor, std::move(request));
        }
    }

    /// What is open may end. Gives the turns that it took.
    std::size_t finish() {
        nodes_.start_all();
        std::size_t taken = 0;
        for (; taken < 100; ++taken) {
            for (auto& each : holders_)
                if (each.lease != 0 && !each.request)
                    say(each.actor, release_session{std::exchange(each.lease, 0)});
            serve_all();
            system_.pass(500ms);
            bool open = false;
            for (const auto& node : nodes_.all())
                open |= !node.requests.empty() || !node.leases.empty();
            if (!open)
                break;
        }
        return taken;
    }

    // -- books ---------------------------------------------------------------------

    void wrong(std::string what) {
        if (told_.imbalance.empty())
            told_.imbalance = std::move(what);
    }

    void balance() {
        const auto status = *system_.ask<pool_status>(as_pool(), get_pool_status{true});
        const auto& ledger = status.requests;
        auto ended = ledger.succeeded;
        told_.outcomes["ok"] = ledger.succeeded;
        for (const auto& each : ledger.failed) {
            told_.outcomes[std::string(to_string(each.code))] = each.count;
            ended += each.count;
        }
        std::uint64_t answered = 0;
        for (const auto& each : answers_) {
            answered += each.times;
            told_.unheard += each.unheard;
            if (each.times + each.unheard != 1)
                wrong("a request has no answer");
        }
        if (ledger.open > 0 || ledger.entered != ended || ledger.entered != sent_)
            wrong("some requests are missing or open");
        if (sent_ != told_.requests || answered + told_.unheard != sent_)
            wrong("some requests were not sent or answered");
        if (status.leased > 0)
            wrong("a lease is held");
        std::uint64_t heard = 0;
        for (const auto& [code, count] : heard_) {
            const auto known = told_.outcomes.find(code == "none" ? "ok" : code);
            heard += count;
            if (known == told_.outcomes.end() || known->second < count)
                wrong("callers have heard of more than the pool has counted");
        }
        if (heard != answered)
            wrong("callers have heard of something else");
        for (const auto& node : nodes_.all())
            if (!node.requests.empty() || !node.leases.empty())
                wrong("a node has something left");
        if (told_.granted != told_.released + told_.lost)
            wrong("some leases were neither released nor lost");
        bool closed = false;
        system_.actors().spawn([&](caf::event_based_actor* self) {
            self->request(as_pool(), caf::infinite, close_pool{})
                .then([&](pool_closed) { closed = true; }, [](const caf::error&) {});
        });
        system_.run_pending();
        system_.pass(30s);
        if (!closed)
            wrong("the pool does not close");
        for (const auto& node : nodes_.all())
            if (node.share)
                wrong("a share is left");
    }

    bench::virtual_system system_;
    figures told_;
    std::mt19937_64 random_{1};
    bench::simulated_nodes<played_node> nodes_;
    std::size_t sessions_;
    remote_pool_actor pool_;
    caf::actor caller_;
    std::array<holding_sink_actor, 64> sinks_;
    std::array<holding_source_actor, 64> sources_;
    std::vector<holder> holders_;
    std::array<audio_clip, 8> clips_;
    audio_clip short_clip_{std::string(1'000, 's')};
    frame_batch frames_{std::string(3'000, 'f'), {1'000, 2'000, 3'000}};
    std::vector<answered> answers_;
    std::map<std::string, std::uint64_t> heard_; // By callers.
    std::size_t sent_ = 0;
    std::size_t steps_ = 0;
    double clock_seconds_ = clock_cost();
    double pool_seconds_ = 0;
};

void print(const char* what, auto first, auto second) {
    fmt::print("{:<34} {:>12} {:>12}\n", what, first, second);
}

void print(const figures& tenth, const figures& whole) {
    print("nodes", tenth.nodes, whole.nodes);
    print("requests", tenth.requests, whole.requests);
    auto outcomes = tenth.outcomes;
    outcomes.insert(whole.outcomes.begin(), whole.outcomes.end());
    const auto count = [](const figures& of, const std::string& code) {
        const auto found = of.outcomes.find(code);
        return found == of.outcomes.end() ? 0 : found->second;
    };
    for (const auto& [code, some] : outcomes)
        print(("  " + code).c_str(), count(tenth, code), count(whole, code));
    print("leases granted", tenth.granted, whole.granted);
    print("  released", tenth.released, whole.released);
    print("  lost with their nodes", tenth.lost, whole.lost);
    const auto us = [](double number) { return fmt::format("{:.2f}", number); };
    print("opening, µs a session", us(tenth.opening_us), us(whole.opening_us));
    print("CPU of a request, µs", us(tenth.request_us), us(whole.request_us));
    print("progress, µs a node and second", us(tenth.progress_us), us(whole.progress_us));
    const auto books = [](const figures& of) {
        return of.imbalance.empty() ? "balance" : of.imbalance.c_str();
    };
    print("books", books(tenth), books(whole));
}

} // namespace

int main(int argc, char** argv) {
    const auto numbers = bench::numbers_of(argc, argv, 3);
    if (numbers.empty() || numbers[0] < 10 || numbers[0] > 65'535) {
        fmt::print(stderr,
                   "usage: avatar-bench-remote-nodes NODES SESSIONS_OF_EACH REQUESTS, of 10 to "
                   "65535 nodes\n");
        return 2;
    }
    spdlog::set_level(spdlog::level::off); // Of nodes that come and go.
    const auto play = [&](std::size_t part) {
        return remote_simulation(numbers[0] / part, numbers[1], numbers[2] / part).play();
    };
    const auto tenth = play(10);
    const auto whole = play(1);
    print(tenth, whole);
    return tenth.imbalance.empty() && whole.imbalance.empty() ? 0 : 1;
}
