#include "actors/pool/spawn_pool.hpp"
#include "tests/actors/pool/request_stories.hpp"
#include "tests/support/actor_fixture.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#define CAF_SUITE pool_properties

// Random sequences of what can happen to a pool, on virtual time. After every step
// the rules that always hold are checked, and at the end of each sequence that a
// service that is well again finds the pool at its size with nothing open.
// AVATAR_SEED repeats one sequence, AVATAR_SEQUENCES says how many there are.

using namespace avatar;
using namespace std::chrono_literals;

namespace {

std::size_t from_environment(const char* name, std::size_t otherwise) {
    const char* value = std::getenv(name);
    return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

/// Leases, and whose each is.
using granted_leases = std::vector<std::pair<std::uint64_t, caf::actor_addr>>;

/// Notes what comes. Requests are sent as plain messages: CAF drops a second answer
/// to a request, and here it is to be seen.
caf::behavior caller(caf::event_based_actor* self, std::shared_ptr<granted_leases> leases,
                     std::shared_ptr<tests::request_stories> stories) {
    return {[stories](const audio_result& result) { stories->on_result(result); },
            [leases, self](const lease_granted& granted) {
                if (granted.ok())
                    leases->emplace_back(granted.lease, self->address());
            }};
}

/// Takes frames, and grants credit for as many.
frame_sink_actor::behavior_type sink(frame_sink_actor::pointer,
                                     std::shared_ptr<tests::request_stories> stories) {
    return {[stories](const animation_frames& some) {
        stories->on_frames(some);
        return frame_credit{some.frames.size(), some.frames.bytes().size()};
    }};
}

/// What a source was asked, and its answer.
struct open_question {
    caf::actor source;
    std::string request_id;
    caf::typed_response_promise<audio_piece> answer;
};
using open_questions = std::list<open_question>;

/// Answers the first of its open questions when it is told to, with the last audio or not.
caf::behavior source(caf::event_based_actor* self, std::shared_ptr<open_questions> questions,
                     std::shared_ptr<tests::request_stories> stories) {
    return {[=](const next_audio& asked) {
                stories->on_asked(asked.request_id);
                auto answer = self->make_response_promise<audio_piece>();
                questions->push_back({caf::actor(self), asked.request_id, answer});
                return answer;
            },
            [=](bool last) {
                const auto mine =
                    std::ranges::find(*questions, caf::actor(self), &open_question::source);
                if (mine == questions->end())
                    return;
                mine->answer.deliver(stories->next_piece(mine->request_id, last));
                questions->erase(mine);
            }};
}

/// Chooses at random among all there is, and one time in twenty what does not exist.
class random_policy : public dispatch_policy {
public:
    explicit random_policy(std::uint64_t seed) : random_(seed) {}

    void session_idle(const idle_session& session) override { idle_.push_back(session.slot); }
    void session_gone(std::uint64_t slot) override { std::erase(idle_, slot); }
    std::optional<std::uint64_t> choose_session() override { return one_of(idle_); }

    void request_waiting(const waiting_request& r) override { waiting_.push_back(r.number); }
    void request_gone(std::uint64_t number) override { std::erase(waiting_, number); }
    std::optional<std::uint64_t> choose_request() override { return one_of(waiting_); }

private:
    std::optional<std::uint64_t> one_of(const std::vector<std::uint64_t>& some) {
        const auto drawn = random_();
        if (drawn % 20 == 0)
            return drawn;
        return drawn % 20 == 1 ? std::nullopt : std::optional(some.at(drawn / 20 % some.size()));
    }

    std::mt19937_64 random_;
    std::vector<std::uint64_t> idle_;
    std::vector<std::uint64_t> waiting_;
};

class world : public tests::actor_fixture {
public:
    ~world() override { wind_down(); }

    /// Plays one sequence; what was broken, or nothing.
    std::optional<std::string> play(std::uint64_t seed) {
        begin(seed);
        for (int i = 0; i < 60; ++i) {
            // Messages of steps that follow at once cross on their way.
            do
                random_step();
            while (pick(3) == 0);
            consume_messages();
            meet_new_sessions();
            if (auto broken = broken_rule()) {
                end();
                return broken;
            }
        }
        auto broken = heal();
        end();
        return broken ? broken : broken_rule_of_the_end_;
    }

    std::string trail;

private:
    using step = std::function<void()>;

    // -- a sequence -----------------------------------------------------------

    void begin(std::uint64_t seed) {
        random_.seed(seed);
        trail.clear();
        broken_rule_of_the_end_.reset();
        service = {};
        leases_ = std::make_shared<granted_leases>();
        ended_ = false;
        sessions_.clear();
        stories_ = std::make_shared<tests::request_stories>(settings_, service);
        settings_ = {};
        settings_.size = 1 + pick(4);
        settings_.max_waiting = 1 + pick(6);
        settings_.retries = pick(3);
        settings_.retry_accepted = pick(2) == 0;
        settings_.connect_rate = 2 + pick(10);
        settings_.max_session_age = pick(2) == 0 ? 20s : 600s;
        settings_.max_lease = 20s;
        settings_.max_restarts = pick(3) == 0 ? 1 : 1000;
        settings_.reconnect_max = 2s;
        pool_ = avatar::spawn_pool(sys, plan(seed));
        for (auto& each : callers_)
            each = sys.spawn(caller, leases_, stories_);
        for (auto& each : sinks_)
            each = sys.spawn(sink, stories_);
        questions_ = std::make_shared<open_questions>();
        for (auto& each : sources_)
            each = sys.spawn(source, questions_, stories_);
        caf::anon_send(pool_, open_pool{});
        consume_messages();
    }

    /// Half of them with a dispatch policy, and a third with sessions of somebody's own.
    pool_plan plan(std::uint64_t seed) {
        pool_plan plan{settings_, service.factory(), {}, seed};
        if (seed % 2 == 0) {
            plan.make_policy = [seed] { return std::make_unique<random_policy>(seed); };
            plan.policy_name = "random";
        }
        if (seed % 3 == 0) {
            plan.session = pool_session;
            plan.session_name = "mine";
        }
        return plan;
    }

    void random_step() {
        const std::vector<std::pair<const char*, step>> steps{
            {"request", [&] { send(0, random_caller()); }},
            {"request", [&] { send(0, random_caller()); }},
            {"leased request", [&] { send_leased(); }},
            {"interrupt", [&] { interrupt(); }},
            {"up", [&] { on_one(&world::unconfirmed, [&](auto& c) { confirm(c); }); }},
            {"up", [&] { on_one(&world::unconfirmed, [&](auto& c) { confirm(c); }); }},
            {"finish", [&] { on_one(&world::working, [&](auto& c) { finish(c); }); }},
            {"finish", [&] { on_one(&world::working, [&](auto& c) { finish(c); }); }},
            {"late end", [&] { on_one(&world::confirmed, [](auto& c) { late_end(c); }); }},
            {"death", [&] { on_one(&world::living, [&](auto& c) { kill(c); }); }},
            {"kill", [&] { kill_actor(); }},
            {"time", [&] { pass(std::chrono::milliseconds(1 + pick(3000))); }},
            {"long time", [&] { pass(std::chrono::seconds(1 + pick(40))); }},
            {"acquire", [&] { acquire(); }},
            {"release", [&] { release_one(); }},
            {"answered check", [&] { on_one(&world::checked, [](auto& c) { c.answer_check(); }); }},
            {"deaf", [&] { on_one(&world::living, [](auto& c) { c.answers_close = false; }); }},
            {"caller dies", [&] { end_caller(); }},
            {"frame", [&] { on_one(&world::working, [&](auto& c) { send_frame(c); }); }},
            {"frame", [&] { on_one(&world::working, [&](auto& c) { send_frame(c); }); }},
            {"pause", [&] { on_one(&world::working, [&](auto& c) { pause(c); }); }},
            {"sink dies", [&] { end_sink(); }},
            {"speech", [&] { speak(); }},
            {"speech", [&] { speak(); }},
            {"piece sent", [&] { on_one(&world::has_piece, [](auto& c) { take_piece(c); }); }},
            {"piece sent", [&] { on_one(&world::has_piece, [](auto& c) { take_piece(c); }); }},
            {"source dies", [&] { end_source(); }},
            {"breaks", [&] { on_one(&world::living, [&](auto& c) { break_code(c); }); }},
            {"drain", [&] { pick(20) == 0 ? drain() : void(); }}};
        const auto& [name, act] = steps[pick(steps.size())];
        trail += fmt::format("{}{}", trail.empty() ? "" : ", ", name);
        act();
    }

    /// Everything works again: the pool is to come back by itself.
    std::optional<std::string> heal() {
        for (int i = 0; i < 200; ++i) {
            release_all();
            for (std::size_t c = 0; c < service.made(); ++c)
                revive(service.at(c));
            consume_messages();
            const auto now = status();
            if (now.requests.open == 0 && (ended_ || gave_up() || now.available == now.size))
                return broken_rule();
            pass(1s);
        }
        const auto now = status();
        return fmt::format("a pool of {} came back to {} ({} available, {} leased) with {} open",
                           now.size, now.connected, now.available, now.leased, now.requests.open);
    }

    void end() {
        int closed = 0;
        stories_->on_drained();
        sys.spawn([&](caf::event_based_actor* asker) {
            asker->request(pool_, caf::infinite, close_pool{}).then([&](const pool_closed&) {
                ++closed;
            });
        });
        consume_messages();
        for (std::size_t c = 0; c < service.made(); ++c)
            service.at(c).end({});
        consume_messages();
        for (auto& each : callers_)
            caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
        for (auto& each : sinks_)
            caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
        questions_->clear();
        for (auto& each : sources_)
            caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
        consume_messages();
        if (closed != 1)
            broken_rule_of_the_end_ = "the pool did not close";
        else if (stories_->awaited() > 0)
            broken_rule_of_the_end_ =
                fmt::format("{} requests without a result", stories_->awaited());
        else if (stories_->wrong_result())
            broken_rule_of_the_end_ = stories_->wrong_result();
        else
            broken_rule_of_the_end_ = stories_->wrong_sends();
        caf::anon_send_exit(pool_, caf::exit_reason::kill); // Where it did not.
        consume_messages();
        pool_ = nullptr;
    }

    // -- the rules ------------------------------------------------------------

    std::optional<std::string> broken_rule() {
        const auto now = status();
        const auto& ledger = now.requests;
        auto ended = ledger.succeeded;
        for (const auto& [code, count] : ledger.failed)
            ended += count;
        if (ledger.entered != stories_->sent() || ledger.entered != ended + ledger.open)
            return fmt::format("{} sent, {} entered, {} ended, {} open", stories_->sent(),
                               ledger.entered, ended, ledger.open);
        if (stories_->wrong_result())
            return stories_->wrong_result();
        stories_->on_quiet(now.connected);
        if (auto wrong = stories_->wrong_when_quiet())
            return wrong;
        const auto running = stories_->running();
        // The next turn of a lease may wait for its session to be done with the one before.
        if (running > ledger.open || ledger.open - running > now.waiting + draining())
            return fmt::format("{} open, {} running, {} waiting", ledger.open, running,
                               now.waiting);
        if (now.available > 0 && now.waiting > 0)
            return fmt::format("{} wait beside {} idle", now.waiting, now.available);
        const auto results = stories_->results();
        if (ended < results || ended - results > stories_->orphans())
            return fmt::format("{} ended, {} results came", ended, results);
        return broken_rule_of_connections(now);
    }

    std::optional<std::string> broken_rule_of_connections(const pool_status& now) {
        std::size_t up = 0;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < service.made(); ++i) {
            const auto& c = service.at(i);
            if (c.overlapped)
                return "a connection has two requests at a time";
            for (std::size_t piece = 0; piece < c.pieces.size(); ++piece)
                if (c.pieces[piece] != std::to_string(piece))
                    return fmt::format("piece {} of {} is no. {}", c.pieces[piece], c.sent.back(),
                                       piece);
            up += c.lives() && c.confirmed ? 1 : 0;
            kept += c.lives() && !c.close_asked ? 1 : 0;
        }
        if (now.connected > now.size || now.connected > up)
            return fmt::format("{} connected of {}, {} are up", now.connected, now.size, up);
        if (kept > 2 * now.size) // Each slot has a successor at most.
            return fmt::format("{} connections kept for a size of {}:{}", kept, now.size,
                               connections());
        if (now.leased + now.available > now.connected)
            return "more leased and available than connected";
        return std::nullopt;
    }

    /// Sessions whose service is to finish with a request that has its outcome.
    std::size_t draining() {
        std::size_t count = 0;
        for (std::size_t i = 0; i < service.made(); ++i)
            count += service.at(i).lives() && service.at(i).under_way && service.at(i).abandoned;
        return count;
    }

    /// In words, those that live.
    std::string connections() {
        std::string all;
        for (std::size_t i = 0; i < service.made(); ++i)
            if (const auto& c = service.at(i); c.lives())
                all += fmt::format(" {}{}{}{}{}", i, c.confirmed ? " up" : " opening",
                                   c.under_way ? " working" : "", c.checked ? " checked" : "",
                                   c.close_asked ? " closing" : "");
        return all;
    }

    bool gave_up() { return status().crashed > settings_.max_restarts; }

    // -- the steps ------------------------------------------------------------

    std::size_t pick(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }

    granted_leases& leases() { return *leases_; }

    caf::actor_addr random_caller() { return callers_[pick(callers_.size())].address(); }

    template <class Message>
    void say(const caf::actor_addr& from, Message message) {
        send_as(from, pool_, std::move(message));
    }

    void send(std::uint64_t lease, const caf::actor_addr& from) {
        audio_request request;
        request.request_id = fmt::format("r-{}", 1 + stories_->sent());
        request.lease = lease;
        if (pick(3) == 0)
            request.sink = sinks_[pick(sinks_.size())];
        if (pick(3) == 0)
            request.source = caf::actor_cast<audio_source_actor>(sources_[pick(sources_.size())]);
        stories_->on_sent(request, from);
        say(from, std::move(request));
    }

    /// Under the lease of that caller, mostly, or of another one.
    void send_leased() {
        if (leases().empty())
            return send(77, random_caller());
        const auto& [lease, holder] = leases()[pick(leases().size())];
        // One that has died sends nothing.
        const bool lives = std::ranges::any_of(
            callers_, [&](const caf::actor& each) { return each.address() == holder; });
        send(lease, lives && pick(4) > 0 ? holder : random_caller());
    }

    /// For as long as all, or for less.
    void acquire() {
        const std::chrono::milliseconds limit(pick(2) == 0 ? 0 : 1 + pick(5'000));
        say(random_caller(), acquire_session{"one", limit});
    }

    void release_one() {
        if (leases().empty())
            return say(random_caller(), release_session{77});
        const auto& [lease, holder] = leases()[pick(leases().size())];
        say(pick(4) > 0 ? holder : random_caller(), release_session{lease});
    }

    /// Those who wait acquire meanwhile what is released.
    void release_all() {
        for (const auto& [lease, holder] : std::exchange(leases(), {}))
            say(holder, release_session{lease});
        consume_messages();
    }

    void interrupt() {
        const auto id = fmt::format("r-{}", 1 + pick(stories_->sent() + 1));
        const auto sender = stories_->caller_of(id);
        const auto from = sender && pick(4) > 0 ? sender : random_caller();
        stories_->on_interrupted(id, from);
        say(from, interrupt_request{id});
    }

    /// Its requests end all the same, but nobody hears of them.
    void end_caller() {
        if (pick(4) != 0)
            return;
        for (auto& each : callers_) {
            stories_->on_caller_died(each.address());
            caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
            consume_messages();
            each = sys.spawn(caller, leases_, stories_);
        }
    }

    void send_frame(tests::scripted_connection& c) {
        if (const auto frame = stories_->next_frame(c))
            c.send_frames(*frame);
    }

    /// Or no longer.
    void pause(tests::scripted_connection& c) { c.pause_reading(pick(2) == 0); }

    /// Its requests end too.
    void end_sink() {
        if (pick(4) != 0)
            return;
        auto& which = sinks_[pick(sinks_.size())];
        end_partner(which);
        which = sys.spawn(sink, stories_);
    }

    template <class Handle>
    void end_partner(const Handle& which) {
        stories_->on_partner_died(which.address());
        caf::anon_send_exit(which, pick(2) == 0 ? caf::exit_reason::kill
                                                : caf::exit_reason::user_shutdown);
    }

    /// One of the sources, if it was asked.
    void speak() { caf::anon_send(sources_[pick(sources_.size())], pick(3) == 0); }

    static bool has_piece(const tests::scripted_connection& c) {
        return working(c) && c.pieces_taken < c.pieces.size();
    }

    static void take_piece(tests::scripted_connection& c) {
        if (++c.pieces_taken < c.pieces.size() || !c.audio_ended)
            c.take_piece();
    }

    void end_source() {
        if (pick(4) != 0)
            return;
        auto& which = sources_[pick(sources_.size())];
        end_partner(which);
        std::erase_if(*questions_, [&](const auto& each) { return each.source == which; });
        which = sys.spawn(source, questions_, stories_);
    }

    void drain() {
        ended_ = true;
        stories_->on_drained();
        caf::anon_send(pool_, drain_pool{});
    }

    static bool unconfirmed(const tests::scripted_connection& c) {
        return c.lives() && c.opened && !c.confirmed;
    }
    static bool confirmed(const tests::scripted_connection& c) { return c.lives() && c.confirmed; }
    static bool working(const tests::scripted_connection& c) { return confirmed(c) && c.under_way; }
    static bool checked(const tests::scripted_connection& c) { return confirmed(c) && c.checked; }
    static bool living(const tests::scripted_connection& c) { return c.lives(); }

    template <class Act>
    void on_one(bool (*fits)(const tests::scripted_connection&), Act act) {
        std::vector<std::size_t> fitting;
        for (std::size_t i = 0; i < service.made(); ++i)
            if (fits(service.at(i)))
                fitting.push_back(i);
        if (!fitting.empty())
            act(service.at(fitting[pick(fitting.size())]));
    }

    void confirm(tests::scripted_connection& c) { c.confirm(fmt::format("c-{}", ++confirmed_)); }

    void finish(tests::scripted_connection& c) {
        stories_->on_finish(c);
        c.finish();
    }

    void kill(tests::scripted_connection& c) {
        const bool accepted = pick(2) == 0;
        stories_->on_death(c, accepted);
        c.die(protocol::failure_code::connection_closed, "gone", accepted);
    }

    void break_code(tests::scripted_connection& c) {
        c.throws_on_send = pick(4) == 0;
        stories_->on_crash();
    }

    /// A session's actor, from outside.
    void kill_actor() {
        if (sessions_.empty() || pick(4) != 0)
            return;
        const auto actor = caf::actor_cast<caf::actor>(sessions_[pick(sessions_.size())]);
        if (!actor)
            return;
        stories_->on_crash();
        const bool hard = pick(2) == 0;
        caf::anon_send_exit(actor, hard ? caf::exit_reason::kill : caf::exit_reason::user_shutdown);
    }

    /// The actors of new connections: who gets a message of theirs, when nothing else is
    /// on its way.
    void meet_new_sessions() {
        while (sessions_.size() < service.made()) {
            auto& c = service.at(sessions_.size());
            sessions_.emplace_back();
            if (!c.lives())
                continue;
            c.sink(channel_alive{});
            sessions_.back() = sched.next_job<caf::local_actor>().address();
            consume_messages();
        }
    }

    void pass(caf::timespan time) {
        stories_->on_time(time);
        after(time);
    }

    static void late_end(tests::scripted_connection& c) {
        exchange_finished former;
        former.request_id = "of a former request";
        if (c.under_way && !c.abandoned) // The channel itself lets no other through.
            c.sink(former);
    }

    void revive(tests::scripted_connection& c) {
        c.answers_close = true;
        c.throws_on_send = false;
        if (c.lives() && c.close_asked)
            c.end({});
        if (unconfirmed(c))
            confirm(c);
        if (working(c))
            finish(c);
        if (checked(c))
            c.answer_check();
    }

    pool_status status() {
        auto answer = self->request(pool_, caf::infinite, get_pool_status{});
        consume_messages();
        pool_status result;
        answer.receive([&](pool_status& given) { result = std::move(given); },
                       [](const caf::error&) { CAF_FAIL("no answer"); });
        return result;
    }

    std::mt19937_64 random_;
    config::pool_settings settings_;
    pool_actor pool_;
    std::array<caf::actor, 3> callers_;
    std::array<frame_sink_actor, 2> sinks_;
    std::array<caf::actor, 2> sources_;
    std::shared_ptr<open_questions> questions_;
    std::shared_ptr<granted_leases> leases_;
    std::shared_ptr<tests::request_stories> stories_;
    std::vector<caf::actor_addr> sessions_; // Of each connection; weak.
    std::size_t confirmed_ = 0;
    bool ended_ = false;
    std::optional<std::string> broken_rule_of_the_end_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_property_tests, world)

CAF_TEST(whatever happens each request has one outcome and the pool its size) {
    spdlog::set_level(spdlog::level::off); // Thousands of connections are lost.
    const auto only = from_environment("AVATAR_SEED", 0);
    const auto first = only != 0 ? only : std::random_device{}();
    const auto sequences = only != 0 ? 1 : from_environment("AVATAR_SEQUENCES", AVATAR_SEQUENCES);
    CAF_MESSAGE("the first of " << sequences << " sequences is AVATAR_SEED=" << first);
    std::size_t whole = 0;
    for (std::size_t i = 0; i < sequences; ++i) {
        if (const auto broken = play(first + i)) {
            CAF_ERROR("AVATAR_SEED=" << first + i << ": " << *broken << " after " << trail);
            break;
        }
        ++whole;
    }
    CAF_CHECK_EQUAL(whole, sequences);
}

CAF_TEST_FIXTURE_SCOPE_END()
