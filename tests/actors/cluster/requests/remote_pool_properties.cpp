#include "tests/actors/cluster/requests/remote_pool_fixture.hpp"

#include <caf/actor_registry.hpp>
#include <caf/default_attachable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <set>

#define CAF_SUITE remote_pool_properties

// Random sequences of what can happen to a pool over nodes, on virtual time, with the actors of
// its workers. AVATAR_SEED repeats one sequence, AVATAR_SEQUENCES says how many there are.

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;
using protocol::failure_code;

namespace {

std::size_t environment_number(const char* name, std::size_t otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

/// What has happened to one request, as far as its caller, its partners and the services know.
struct course_request {
    caf::actor_addr caller;
    caf::actor_addr sink;   // Null: none.
    caf::actor_addr source; // Likewise.
    std::string audio;
    std::size_t answers = 0;
    failure_code outcome = failure_code::none; // Of the answer.
    bool orphaned = false;                     // Its caller has died.
    bool interrupted = false;                  // By its caller.
    bool cut_off = false;                      // Its sink has died, or its source too early.
    bool said_all = false;                     // Its source has.
    std::size_t pieces_said = 0;
    std::size_t frames_taken = 0;
    std::size_t served_by = 0; // The connection that sends frames of it, and how many it has.
    std::size_t frames_sent = 0;
};

struct course_lease {
    std::uint64_t number = 0;
    caf::actor_addr holder;
};

/// All requests and leases of a course.
struct course_log {
    std::map<std::string, course_request> requests;
    std::vector<course_lease> leases; // That are held, as far as their holders know.
    std::map<caf::actor_addr, std::size_t> questions; // For leases, of those who live.
    std::optional<std::string> wrong;
};

using shared_log = std::shared_ptr<course_log>;

/// Requests and questions are sent as plain messages: CAF drops a second answer to a request,
/// and here it is to be seen.
caf::behavior course_caller(caf::event_based_actor* self, shared_log log) {
    return {
        [log](const audio_result& result) {
            auto& request = log->requests[result.request_id];
            request.outcome = result.failure.code;
            if (++request.answers > 1)
                log->wrong = result.request_id + " has two answers";
        },
        [log, self](const lease_granted& granted) {
            const auto asked = log->questions.find(self->address());
            if (asked == log->questions.end())
                return; // It is dead, though it does not know yet.
            if (asked->second-- == 0)
                log->wrong = "a question for a lease has two answers";
            if (granted.ok())
                log->leases.push_back({granted.lease, self->address()});
        },
    };
}

/// To a sink or source: it answers all that it owes.
using answer_all = caf::unit_t;

/// Grants credit at once, or when it is told to.
caf::behavior course_sink(caf::event_based_actor* self, shared_log log) {
    using promise = caf::typed_response_promise<frame_credit>;
    const auto owed = std::make_shared<std::vector<promise>>();
    return {
        [=](const animation_frames& some) {
            auto& request = log->requests[some.request_id];
            for (std::size_t i = 0; i < some.frames.size(); ++i)
                if (some.frames[i] != std::to_string(request.frames_taken++))
                    log->wrong = fmt::format("frame {} of {} is no. {} for its sink",
                                             some.frames[i], some.request_id, request.frames_taken);
            auto credit = self->make_response_promise<frame_credit>();
            if (request.frames_taken % 3 == 0)
                credit.deliver(frame_credit{1, 100});
            else
                owed->push_back(credit);
            return credit;
        },
        [=](answer_all) {
            for (auto& each : std::exchange(*owed, {}))
                each.deliver(frame_credit{1, 100});
        },
    };
}

/// Says a piece when it is told to, of each request that waits for one; as the last: all the
/// rest.
caf::behavior course_source(caf::event_based_actor* self, shared_log log) {
    using promise = caf::typed_response_promise<audio_piece>;
    const auto asked = std::make_shared<std::vector<std::pair<std::string, promise>>>();
    const auto say = [=](std::size_t some, bool last) {
        for (auto& [id, promise] : std::exchange(*asked, {})) {
            auto& request = log->requests[id];
            const bool ends = last || (some + request.pieces_said) % 4 == 3;
            request.said_all |= ends;
            promise.deliver(audio_piece{std::to_string(request.pieces_said++), ends});
        }
    };
    return {
        [=](const next_audio& question) {
            auto promise = self->make_response_promise<audio_piece>();
            if (log->requests[question.request_id].said_all)
                log->wrong = question.request_id + " wants audio after the last";
            asked->emplace_back(question.request_id, promise);
            return promise;
        },
        [=](std::size_t some) { say(some, false); },
        [=](answer_all) { say(0, true); },
        [=](const std::string& why) {
            for (auto& [id, promise] : std::exchange(*asked, {})) {
                log->requests[id].said_all = true;
                promise.deliver(caf::make_error(caf::sec::runtime_error, why));
            }
        },
    };
}

class random_course : public remote_pool_fixture {
public:
    explicit random_course(std::uint64_t seed) : random_(seed) {
        settings.size = 4 + seed % 3;
        settings.retries = seed % 3;
        settings.retry_accepted = seed % 2 == 0;
        settings.borrow_timeout = 10s;
        settings.request_timeout = 15s;
        settings.max_lease = 20s;
        settings.sink_timeout = settings.audio_timeout = 5s;
        settings.max_request = 40s;
        settings.drain_timeout = 5s;
        settings.reconnect_max = 1s;
        settings.max_restarts = 1000;
        alive_before_ = sys.registry().running();
        open(2 + seed % 2);
        for (auto& each : callers_)
            each = sys.spawn(course_caller, log_);
        for (auto& each : sinks_)
            each = sys.spawn(course_sink, log_);
        for (auto& each : sources_)
            each = sys.spawn(course_source, log_);
    }

    ~random_course() override { end_the_others(); }

    /// What was broken, or nothing.
    std::optional<std::string> play() {
        for (auto left = 20 + below(40); left > 0; --left) {
            do
                step();
            while (below(3) == 0);
            if (below(3) == 0) {
                run_some(); // What the next step does comes in between.
                continue;
            }
            consume_messages();
            if (auto broken = broken_rule())
                return broken;
        }
        if (below(3) > 0)
            if (auto broken = heal())
                return broken;
        return end();
    }

    std::string trail;

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    template <class Container>
    auto& one_of(Container& some) {
        return some[below(some.size())];
    }

    // -- steps ---------------------------------------------------------------------

    void step() {
        const std::vector<std::pair<const char*, std::function<void()>>> steps{
            {"request", [&] { send(one_of(callers_), 0); }},
            {"request", [&] { send(one_of(callers_), 0); }},
            {"request", [&] { send(one_of(callers_), 0); }},
            {"leased", [&] { send_leased(); }},
            {"leased", [&] { send_leased(); }},
            {"acquire", [&] { acquire(); }},
            {"release", [&] { release_one(); }},
            {"interrupt", [&] { interrupt(); }},
            {"interrupt", [&] { interrupt(); }},
            {"confirm", [&] { confirm_some(); }},
            {"finish", [&] { on_one_working([](auto& c) { c.finish(); }); }},
            {"finish", [&] { on_one_working([](auto& c) { c.finish(); }); }},
            {"refuse", [&] { on_one_working([](auto& c) { refuse(c); }); }},
            {"frame", [&] { send_frame(); }},
            {"frame", [&] { send_frame(); }},
            {"frame", [&] { send_frame(); }},
            {"piece taken", [&] { take_piece(); }},
            {"piece taken", [&] { take_piece(); }},
            {"connection dies", [&] { end_connection(); }},
            {"credit", [&] { caf::anon_send(one_of(sinks_), answer_all{}); }},
            {"speech", [&] { caf::anon_send(one_of(sources_), below(4)); }},
            {"speech", [&] { caf::anon_send(one_of(sources_), below(4)); }},
            {"speech fails", [&] { fail_speech(); }},
            {"caller dies", [&] { end_caller(); }},
            {"sink dies", [&] { end_partner(sinks_, course_sink); }},
            {"source dies", [&] { end_partner(sources_, course_source); }},
            {"node dies", [&] { end_node(); }},
            {"node dies", [&] { end_node(); }},
            {"node comes", [&] { start_nodes(); }},
            {"node stops", [&] { drain_one(); }},
            {"time", [&] { pass(1 + below(4)); }},
            {"long time", [&] { pass(below(60)); }},
        };
        const auto& [name, act] = one_of(steps);
        trail += fmt::format("{}{}", trail.empty() ? "" : ", ", name);
        act();
    }

    /// Some actors handle a message, in any order.
    void run_some() {
        for (auto left = below(15); left > 0 && !sched.jobs.empty(); --left) {
            const auto chosen =
                sched.jobs.begin() + static_cast<std::ptrdiff_t>(below(sched.jobs.size()));
            std::rotate(sched.jobs.begin(), chosen, chosen + 1);
            sched.run_once();
        }
    }

    /// So many half seconds: nodes that are not heard for longer would be lost.
    void pass(std::size_t some) {
        for (; some > 0; --some) {
            consume_messages();
            after(500ms);
        }
    }

    void send(const caf::actor& from, std::uint64_t lease) {
        const auto id = fmt::format("r-{}", ++sent_);
        auto asked = request(
            id, std::string(below(2) == 0 ? 10 : 10'000, static_cast<char>('a' + below(5))));
        asked.lease = lease;
        auto& story = log_->requests[id];
        if (below(3) == 0) {
            asked.sink = caf::actor_cast<frame_sink_actor>(one_of(sinks_));
            story.sink = asked.sink.address();
            asked.window = {1 + below(3), 100};
        }
        if (below(3) == 0) {
            asked.source = caf::actor_cast<audio_source_actor>(one_of(sources_));
            asked.audio = {};
            story.source = asked.source.address();
        }
        story.caller = from.address();
        story.audio = std::string(asked.audio.bytes());
        send_as(from, pool, std::move(asked));
    }

    caf::actor living(const caf::actor_addr& caller) {
        const auto found = std::ranges::find(callers_, caller, &caf::actor::address);
        return found == callers_.end() ? caf::actor() : *found;
    }

    /// Under the lease of that caller, mostly.
    void send_leased() {
        if (log_->leases.empty())
            return send(one_of(callers_), 77);
        const auto& lease = one_of(log_->leases);
        const auto holder = living(lease.holder);
        send(holder && below(5) > 0 ? holder : one_of(callers_), lease.number);
    }

    void acquire() {
        const auto& who = one_of(callers_);
        ++log_->questions[who.address()];
        send_as(who, pool, acquire_session{"who", std::chrono::milliseconds(below(2) * 3'000)});
    }

    void release_one() {
        if (log_->leases.empty())
            return;
        const auto chosen =
            log_->leases.begin() + static_cast<std::ptrdiff_t>(below(log_->leases.size()));
        if (below(5) == 0)
            send_as(one_of(callers_), pool, release_session{chosen->number + 1}); // Of nobody.
        send_as(living(chosen->holder), pool, release_session{chosen->number});
        log_->leases.erase(chosen);
    }

    void release_all() {
        for (const auto& each : std::exchange(log_->leases, {}))
            send_as(living(each.holder), pool, release_session{each.number});
        consume_messages();
    }

    void interrupt() {
        if (sent_ == 0)
            return;
        const auto id = fmt::format("r-{}", 1 + below(sent_));
        auto& story = log_->requests[id];
        const auto who = living(story.caller);
        if (!who || below(5) == 0)
            return caf::anon_send(pool_actor(pool), interrupt_request{id});
        story.interrupted = true;
        send_as(who, pool, interrupt_request{id});
    }

    std::vector<std::pair<std::size_t, scripted_connection*>> connections_where(auto is) {
        std::vector<std::pair<std::size_t, scripted_connection*>> found;
        for (std::size_t n = 0; n < nodes.size(); ++n)
            for (std::size_t i = 0; i < nodes[n].service.made(); ++i)
                if (auto& each = nodes[n].service.at(i); each.lives() && is(each))
                    found.emplace_back(1'000 * n + i + 1, &each);
        return found;
    }

    static bool works(const scripted_connection& c) { return c.confirmed && c.under_way; }

    void on_one_working(auto act) {
        if (const auto some = connections_where(works); !some.empty())
            act(*some[below(some.size())].second);
    }

    void confirm_some() {
        for (const auto& [number, each] :
             connections_where([](const auto& c) { return c.opened && !c.confirmed; }))
            if (below(3) > 0)
                each->confirm(fmt::format("c-{}", number));
    }

    static void refuse(scripted_connection& c) {
        c.under_way = false;
        exchange_finished event;
        event.request_id = c.sent.back();
        event.failure.code = failure_code::server_error;
        c.sink(event);
    }

    void send_frame() {
        const auto some = connections_where([](const auto& c) {
            return works(c) && !c.abandoned && c.credit && c.credit->frames > 0;
        });
        if (some.empty())
            return;
        const auto& [number, c] = some[below(some.size())];
        auto& story = log_->requests[c->sent.back()];
        if (std::exchange(story.served_by, number) != number)
            story.frames_sent = 0;
        --c->credit->frames;
        auto text = std::to_string(story.frames_sent++);
        const auto size = text.size();
        c->send_frames(frame_batch(std::move(text), {size}));
    }

    void take_piece() {
        const auto some =
            connections_where([](const auto& c) { // Nobody asks for more after the last.
                return works(c) && c.pieces_taken + c.audio_ended < c.pieces.size();
            });
        if (some.empty())
            return;
        auto& c = *some[below(some.size())].second;
        ++c.pieces_taken;
        c.take_piece();
    }

    void end_connection() {
        const auto some = connections_where([](const auto& c) { return c.opened; });
        if (!some.empty() && below(3) == 0)
            some[below(some.size())].second->die(failure_code::connection_closed, "gone",
                                                 below(2) == 0);
    }

    void fail_speech() {
        if (below(3) == 0)
            caf::anon_send(one_of(sources_), std::string("no voice"));
    }

    void end_caller() {
        if (below(3) != 0)
            return;
        auto& who = one_of(callers_);
        for (auto& [id, request] : log_->requests)
            request.orphaned |= request.caller == who && request.answers == 0;
        std::erase_if(log_->leases, [&](const auto& each) { return each.holder == who; });
        log_->questions.erase(who.address());
        caf::anon_send_exit(who, caf::exit_reason::kill);
        who = sys.spawn(course_caller, log_);
        consume_messages();
    }

    /// A sink, or a source.
    void end_partner(auto& some, auto behavior) {
        if (below(3) != 0)
            return;
        consume_messages(); // What it has said counts.
        auto& who = one_of(some);
        for (auto& [id, request] : log_->requests)
            request.cut_off |=
                request.answers == 0 &&
                (request.sink == who || (request.source == who && !request.said_all));
        caf::anon_send_exit(who, caf::exit_reason::kill);
        who = sys.spawn(behavior, log_);
    }

    void end_node() {
        if (auto& node = one_of(nodes); node.endpoint && below(3) == 0)
            remote_pool_fixture::end(node);
    }

    void start_nodes() {
        for (auto& node : nodes) {
            if (node.endpoint && has_ended(node.endpoint)) // It was drained.
                remote_pool_fixture::end(node);
            if (!node.endpoint)
                start(node);
        }
    }

    void drain_one() {
        if (auto& node = one_of(nodes); node.endpoint && below(4) == 0)
            caf::anon_send(node.endpoint, drain_node{});
    }

    // -- the rules -----------------------------------------------------------------

    /// When no message is on its way.
    std::optional<std::string> broken_rule() {
        const auto now = status();
        if (log_->wrong)
            return log_->wrong;
        std::uint64_t ended = now.requests.succeeded;
        for (const auto& each : now.requests.failed)
            ended += each.count;
        std::size_t answered = 0, orphans = 0;
        for (const auto& [id, request] : log_->requests) {
            answered += request.answers;
            orphans += request.orphaned && request.answers == 0;
            if (request.answers > 0 || request.orphaned)
                continue;
            if (request.interrupted)
                return id + " was interrupted and goes on";
            if (request.cut_off)
                return id + " goes on without its sink or source";
        }
        if (now.requests.entered != sent_ || ended + now.requests.open != sent_ ||
            ended < answered || ended - answered > orphans)
            return fmt::format("{} sent, {} entered, {} ended, {} open, {} answered, {} orphans",
                               sent_, now.requests.entered, ended, now.requests.open, answered,
                               orphans);
        if (now.leased > log_->leases.size())
            return fmt::format("{} leased, {} are held", now.leased, log_->leases.size());
        return broken_rule_of_outcomes();
    }

    std::optional<std::string> broken_rule_of_outcomes() {
        for (const auto& [id, request] : log_->requests)
            if (request.outcome == failure_code::request_interrupted && !request.interrupted &&
                !request.cut_off)
                return id + " was interrupted by nobody";
        for (const auto& [number, c] : connections_where([](const auto&) { return true; })) {
            if (c->overlapped)
                return "a connection has two requests at a time";
            for (std::size_t piece = 0; piece < c->pieces.size(); ++piece)
                if (!c->pieces[piece].empty() && c->pieces[piece] != std::to_string(piece))
                    return fmt::format("piece {} is no. {}", c->pieces[piece], piece);
            if (c->under_way && !c->abandoned &&
                c->audio.bytes() != log_->requests[c->sent.back()].audio)
                return c->sent.back() + " has other audio";
        }
        return std::nullopt;
    }

    /// Everything works again: nothing is left, and all nodes have their sessions.
    std::optional<std::string> heal() {
        trail += ", heals";
        std::optional<std::string> left;
        for (int i = 0; i < 150; ++i) {
            start_nodes();
            let_all_end();
            pass(1);
            if (auto broken = broken_rule())
                return broken;
            left = what_is_left();
            if (!left)
                return monitored_for_nothing();
        }
        return left;
    }

    void let_all_end() {
        consume_messages();
        confirm_all();
        release_all();
        for (const auto& each : sinks_)
            caf::anon_send(each, answer_all{});
        for (const auto& each : sources_)
            caf::anon_send(each, answer_all{});
        consume_messages();
        for (const auto& [number, c] : connections_where(works))
            c->finish();
        for (const auto& [number, c] : connections_where([](const auto& c) { return c.checked; }))
            c->answer_check();
        consume_messages();
    }

    std::optional<std::string> what_is_left() {
        const auto now = status();
        if (now.requests.open > 0 || now.leased > 0 || now.connected != now.size)
            return fmt::format("{} open, {} leased, {} of {} connected", now.requests.open,
                               now.leased, now.connected, now.size);
        for (std::size_t n = 0; n < nodes.size(); ++n)
            for (const auto& each : nodes[n].pools) {
                const auto at_node = status_of(each);
                if (at_node && (at_node->leased > 0 || at_node->requests.open > 0))
                    return fmt::format("node {} has {} leased and {} open", n, at_node->leased,
                                       at_node->requests.open);
            }
        for (const auto& [who, questions] : log_->questions)
            if (questions > 0)
                return "a question for a lease has no answer";
        return std::nullopt;
    }

    std::optional<pool_status> status_of(const pool_actor& whom) {
        std::optional<pool_status> answer;
        sys.spawn([&](caf::event_based_actor* self) {
            self->request(whom, caf::infinite, get_pool_status{})
                .then([&](const pool_status& is) { answer = is; }, [](const caf::error&) {});
        });
        consume_messages();
        return answer;
    }

    /// Nobody depends on them: a monitor of theirs would stay for as long as the pool lives.
    std::optional<std::string> monitored_for_nothing() {
        const caf::default_attachable::observe_token by_pool{pool.address(),
                                                             caf::default_attachable::monitor};
        std::size_t monitors = 0;
        const auto count = [&](const auto& some) {
            for (const auto& each : some)
                monitors += caf::actor_cast<caf::abstract_actor*>(each)->detach(by_pool);
        };
        count(callers_);
        count(sinks_);
        count(sources_);
        return monitors > 0 ? std::optional(fmt::format("{} monitors are left", monitors))
                            : std::nullopt;
    }

    std::optional<std::string> end() {
        const auto how = below(3);
        trail += how == 0 ? ", cancelled" : how == 1 ? ", drained" : ", closed";
        if (how == 0)
            caf::anon_send(pool_actor(pool), cancel_requests{});
        else if (how == 1)
            caf::anon_send(pool_actor(pool), drain_pool{});
        if (how < 2)
            for (auto left = below(10); left > 0; --left) {
                step();
                run_some();
            }
        std::size_t closed = 0;
        sys.spawn([&](caf::event_based_actor* self) {
            self->request(pool_actor(pool), caf::infinite, close_pool{})
                .then([&](pool_closed) { ++closed; }, [](const caf::error&) {});
        });
        pass(60);
        if (log_->wrong)
            return log_->wrong;
        if (closed != 1 || !has_ended(pool))
            return "the pool did not close";
        for (const auto& [id, request] : log_->requests)
            if (request.answers == 0 && !request.orphaned)
                return id + " has no answer";
        for (const auto& [who, questions] : log_->questions)
            if (questions > 0)
                return "a question for a lease has no answer";
        if (const auto some = connections_where([](const auto&) { return true; }); !some.empty())
            return "a connection is left";
        return actors_left();
    }

    std::optional<std::string> actors_left() {
        end_the_others();
        pool = remote_pool_actor();
        const auto left = sys.registry().running() - alive_before_;
        return left > 0 ? std::optional(fmt::format("{} actors are left", left)) : std::nullopt;
    }

    void end_the_others() {
        for (const auto& each : callers_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        for (const auto& each : sinks_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        for (const auto& each : sources_)
            caf::anon_send_exit(each, caf::exit_reason::kill);
        for (auto& node : nodes)
            caf::anon_send_exit(node.endpoint, caf::exit_reason::kill);
        caf::anon_send_exit(connector, caf::exit_reason::kill);
        consume_messages();
    }

    std::mt19937_64 random_;
    shared_log log_ = std::make_shared<course_log>();
    std::array<caf::actor, 3> callers_;
    std::array<caf::actor, 2> sinks_;
    std::array<caf::actor, 2> sources_;
    std::size_t sent_ = 0;
    std::size_t alive_before_ = 0;
};

} // namespace

CAF_TEST(whatever happens each request has one answer and nothing is left) {
    const auto first = environment_number("AVATAR_SEED", 1);
    const auto sequences =
        environment_number("AVATAR_SEQUENCES", std::getenv("AVATAR_SEED") ? 1 : 200);
    for (auto seed = first; seed < first + sequences; ++seed) {
        random_course course(seed);
        if (const auto broken = course.play())
            CAF_FAIL("AVATAR_SEED=" << seed << ": " << *broken << " after " << course.trail);
    }
}
