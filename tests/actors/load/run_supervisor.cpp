#include "actors/actor_end.hpp"
#include "report/balance.hpp"
#include "tests/actors/load/run_fixture.hpp"

#include <functional>
#include <ostream>
#include <sstream>
#include <stdexcept>

#define CAF_SUITE run_supervisor

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// A moment of a run, and how many of its requests have succeeded by then.
struct moment {
    const char* name;
    std::function<void(run&)> reach;
    std::uint64_t ok;
};

const moment moments[] = {
    {"while connections open", [](run& r) { r.play(); }, 0},
    {"in the first round",
     [](run& r) {
         r.play();
         r.confirm();
         r.finish(0);
     },
     1},
    {"between rounds",
     [](run& r) {
         r.play();
         r.confirm();
         r.finish_round();
     },
     4},
    {"while it drains",
     [](run& r) {
         r.play();
         r.confirm();
         r.finish(0);
         caf::anon_send(r.actors.driver, stop_rounds{});
         r.consume_messages();
     },
     1},
};

/// The same, once the driver is done and the connections do not answer their close.
void reach_closing(run& r) {
    r.plan.rounds.count = 1;
    r.play();
    r.confirm();
    for (std::size_t i = 0; i < 2; ++i)
        r.service.at(i).answers_close = false;
    r.finish_round();
}

/// An actor that takes every message and throws at the first.
template <class Handle>
Handle broken(caf::actor_system& system) {
    return caf::actor_cast<Handle>(system.spawn([](caf::event_based_actor* self) -> caf::behavior {
        name_exceptions(self);
        self->set_default_handler(
            [](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
                throw std::runtime_error("made to fail");
            });
        return {[](caf::atom_value) {}};
    }));
}

/// An actor that answers no message.
template <class Handle>
Handle deaf(caf::actor_system& system) {
    return caf::actor_cast<Handle>(system.spawn([](caf::event_based_actor* self) -> caf::behavior {
        self->set_default_handler(caf::skip);
        return {[](caf::atom_value) {}};
    }));
}

/// Throws what is written to it, once broken.
struct breakable_buffer : std::stringbuf {
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        if (broken)
            throw std::runtime_error("made to fail");
        return std::stringbuf::xsputn(text, size);
    }
    bool broken = false;
};

} // namespace

CAF_TEST(a run that nothing disturbs has its whole report) {
    run r;
    r.play();
    r.confirm();
    r.finish_round();
    r.after(30s);
    r.finish_round();
    const auto& outcome = r.outcome();
    CAF_CHECK_EQUAL(outcome.ended_early, "");
    CAF_CHECK(outcome.complete);
    CAF_CHECK(outcome.has_report);
    CAF_CHECK(outcome.written);
    CAF_CHECK_EQUAL(outcome.opened.connected, 2u);
    CAF_CHECK_EQUAL(outcome.report.ok, 8u);
    CAF_CHECK_EQUAL(outcome.report.rounds.size(), 2u);
    CAF_CHECK_EQUAL(outcome.report.pool.connections.size(), 2u);
    const auto text = r.out.str();
    CAF_CHECK(text.starts_with("Loaded audio file: 6 bytes\n"
                               "Initializing connection pool with 2 connections...\n"));
    CAF_CHECK(text.find("Final Pool Statistics:\n  Total requests served: 8\n") !=
              std::string::npos);
    CAF_CHECK(text.ends_with("\nClosing connection pool...\nConnection pool closed\n"));
}

CAF_TEST(a pool without any connection plays no round) {
    run r;
    r.play();
    for (std::size_t i = 0; i < 2; ++i)
        r.die(i);
    const auto& outcome = r.outcome();
    CAF_CHECK_EQUAL(outcome.ended_early, "");
    CAF_CHECK_EQUAL(outcome.opened.connected, 0u);
    CAF_CHECK(!outcome.has_report);
    CAF_CHECK_EQUAL(outcome.report.pool.size, 2u);
    CAF_REQUIRE_EQUAL(outcome.report.connection_failures.size(), 1u);
    CAF_CHECK_EQUAL(outcome.report.connection_failures[0].count, 2u);
    CAF_CHECK(outcome.written);
    CAF_CHECK(r.out.str().find("Final Pool Statistics") == std::string::npos);
    CAF_CHECK(r.out.str().find("MULTI-ROUND") == std::string::npos);
}

CAF_TEST(a run that is stopped lets end what runs) {
    run r;
    r.play();
    r.confirm();
    r.finish(0);
    caf::anon_send(r.supervisor, stop_run{});
    r.consume_messages();
    CAF_CHECK(r.outcomes.empty());
    r.finish(0);
    r.finish(1);
    const auto& outcome = r.outcome();
    CAF_CHECK(!outcome.left);
    CAF_CHECK(outcome.report.interrupted);
    CAF_CHECK_EQUAL(outcome.report.ok + outcome.report.cancelled_requests, 4u);
    CAF_CHECK_EQUAL(outcome.report.failed, 0u);
    CAF_CHECK_EQUAL(outcome.report.planned, 8u);
    CAF_CHECK(!report::imbalance(outcome.report));
}

CAF_TEST(a run that is stopped at once has its report at any moment) {
    for (const auto& moment : moments) {
        CAF_MESSAGE(moment.name);
        run r;
        moment.reach(r);
        caf::anon_send(r.supervisor, stop_run{});
        caf::anon_send(r.supervisor, stop_run{/*at_once=*/true});
        r.consume_messages();
        CAF_REQUIRE_EQUAL(r.outcomes.size(), 1u);
        const auto& outcome = r.outcomes[0];
        CAF_CHECK_EQUAL(outcome.ended_early, "");
        CAF_CHECK(outcome.complete);
        CAF_CHECK(outcome.report.interrupted);
        CAF_CHECK_EQUAL(outcome.report.ok, moment.ok);
        CAF_CHECK(!report::imbalance(outcome.report));
    }
}

CAF_TEST(a run that is stopped at once waits for no connection to close) {
    run r;
    reach_closing(r);
    CAF_REQUIRE(r.outcomes.empty());
    caf::anon_send(r.supervisor, stop_run{/*at_once=*/true});
    r.consume_messages();
    CAF_REQUIRE_EQUAL(r.outcomes.size(), 1u);
    CAF_CHECK(r.outcomes[0].left);
    CAF_CHECK(r.outcomes[0].written);
    CAF_CHECK(!r.outcomes[0].report.interrupted);
}

CAF_TEST(a run that is stopped at once waits for no actor that does not answer) {
    for (const auto who : {victim::console, victim::stats, victim::driver}) {
        CAF_MESSAGE(name_of(who));
        run r;
        if (who == victim::console)
            r.actors.console = deaf<console_actor>(r.sys);
        else if (who == victim::stats)
            r.actors.stats = deaf<stats_actor>(r.sys);
        else
            r.actors.driver = deaf<load_driver_actor>(r.sys);
        r.play();
        r.confirm();
        caf::anon_send(r.supervisor, stop_run{});
        caf::anon_send(r.supervisor, stop_run{/*at_once=*/true});
        r.consume_messages();
        CAF_CHECK(r.outcomes.empty());
        r.after(500ms);
        r.after(500ms);
        CAF_REQUIRE_EQUAL(r.outcomes.size(), 1u);
        CAF_CHECK(r.outcomes[0].left);
    }
}

CAF_TEST(any actor may end at any moment) {
    for (const auto& moment : moments)
        for (auto who : victims)
            for (auto reason : {caf::exit_reason::kill, caf::exit_reason::user_shutdown}) {
                CAF_MESSAGE(name_of(who) << " " << moment.name);
                run r;
                moment.reach(r);
                CAF_REQUIRE(r.outcomes.empty());
                r.end(who, reason);
                const auto& outcome = r.outcome();
                CAF_CHECK_EQUAL(outcome.ended_early, "the " + name_of(who) +
                                                         " ended: exit_reason(" +
                                                         to_string(reason) + ")");
                CAF_CHECK_EQUAL(outcome.report.ended_early, outcome.ended_early);
                CAF_CHECK(outcome.has_report);
                CAF_CHECK_EQUAL(outcome.complete, who == victim::console);
                CAF_CHECK_EQUAL(outcome.written, who != victim::console);
                CAF_CHECK_EQUAL(outcome.report.ok, who == victim::stats ? 0 : moment.ok);
                CAF_CHECK_EQUAL(outcome.report.pool.size, who == victim::pool ? 0u : 2u);
                CAF_CHECK_EQUAL(r.out.str().find("MULTI-ROUND SUMMARY") != std::string::npos,
                                who != victim::console && who != victim::stats);
                CAF_CHECK_EQUAL(r.out.str().find("Connection pool closed") != std::string::npos,
                                who != victim::console && who != victim::pool);
            }
}

CAF_TEST(any actor may end while the pool closes) {
    for (auto who : {victim::console, victim::stats, victim::pool}) {
        CAF_MESSAGE(name_of(who));
        run r;
        reach_closing(r);
        CAF_REQUIRE(r.outcomes.empty());
        r.end(who, caf::exit_reason::kill);
        r.service.end_all();
        r.consume_messages();
        const auto& outcome = r.outcome();
        CAF_CHECK_EQUAL(outcome.ended_early, "the " + name_of(who) + " ended: exit_reason(kill)");
        CAF_CHECK(outcome.complete);
        CAF_CHECK_EQUAL(outcome.report.ok, 4u);
        CAF_CHECK_EQUAL(outcome.report.pool.size, 2u);
    }
}

CAF_TEST(the driver ends after its last round without being missed) {
    run r;
    reach_closing(r);
    r.end(victim::driver, caf::exit_reason::kill);
    r.service.end_all();
    r.consume_messages();
    CAF_CHECK_EQUAL(r.outcome().ended_early, "");
}

CAF_TEST(actors may be dead before the run begins) {
    for (auto who : victims) {
        run r;
        r.spawn_actors();
        r.end(who, caf::exit_reason::kill);
        r.play();
        CAF_CHECK_EQUAL(r.outcome().ended_early,
                        "the " + name_of(who) + " ended: exit_reason(kill)");
    }
}

CAF_TEST(all of them may end at once) {
    for (const auto& moment : moments) {
        run r;
        moment.reach(r);
        for (auto who : victims)
            caf::anon_send_exit(r.handle_of(who), caf::exit_reason::kill);
        r.consume_messages();
        CAF_CHECK(!r.outcome().ended_early.empty());
        CAF_CHECK(!r.outcome().complete);
    }
}

CAF_TEST(an exception in a handler is the reason that is told) {
    for (auto who : victims) {
        CAF_MESSAGE(name_of(who));
        run r;
        if (who == victim::console)
            r.actors.console = broken<console_actor>(r.sys);
        else if (who == victim::stats)
            r.actors.stats = broken<stats_actor>(r.sys);
        else if (who == victim::pool)
            r.actors.pool = r.pool = broken<pool_actor>(r.sys);
        else
            r.actors.driver = broken<round_driver_actor>(r.sys);
        r.play();
        if (who == victim::stats || who == victim::driver) {
            r.confirm();
            if (who == victim::stats)
                r.finish(0);
        }
        CAF_CHECK_EQUAL(r.outcome().ended_early, "the " + name_of(who) + " ended: made to fail");
    }
}

CAF_TEST(a console whose stream throws ends with the text of the exception) {
    run r;
    breakable_buffer buffer;
    std::ostream breakable(&buffer);
    breakable.exceptions(std::ios::badbit);
    r.actors.console = r.sys.spawn(console, console_settings{&breakable, false, -1});
    r.play();
    r.confirm();
    buffer.broken = true;
    r.finish_round();
    const auto& outcome = r.outcome();
    CAF_CHECK_EQUAL(outcome.ended_early, "the console ended: made to fail");
    CAF_CHECK_EQUAL(outcome.report.ok, 4u);
    CAF_CHECK(!outcome.written);
}

CAF_TEST(a supervisor that ended has a successor that reports) {
    for (const auto& moment : moments) {
        run r;
        moment.reach(r);
        caf::anon_send_exit(r.supervisor, caf::exit_reason::kill);
        r.consume_messages();
        CAF_REQUIRE(r.outcomes.empty());
        r.supervisor = r.sys.spawn(run_supervisor, run_supervisor_plan{r.actors, 6, 2, {}});
        r.play({"the run supervisor ended: exit_reason(kill)"});
        const auto& outcome = r.outcome();
        CAF_CHECK_EQUAL(outcome.ended_early, "the run supervisor ended: exit_reason(kill)");
        CAF_CHECK_EQUAL(outcome.report.ok, moment.ok);
        CAF_CHECK_EQUAL(outcome.report.pool.size, 2u);
        CAF_CHECK(!outcome.complete);
    }
}
