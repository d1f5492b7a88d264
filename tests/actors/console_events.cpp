#include "actors/console.hpp"
#include "report/text.hpp"
#include "tests/support/actor_fixture.hpp"

#include <functional>
#include <sstream>

#define CAF_SUITE console_events

using namespace avatar;
using namespace std::chrono_literals;

// That the console writes every event, as the report's writers do, and at once.

namespace {

/// Counts how often it was told to send on what it holds.
struct counting_buffer : std::stringbuf {
    int sync() override {
        ++flushed;
        return std::stringbuf::sync();
    }
    int flushed = 0;
};

struct console_events_fixture : tests::actor_fixture {
    /// A console of its own for each event.
    template <class Event>
    void shows(const Event& event, const std::function<void(std::ostream&)>& write) {
        counting_buffer buffer;
        std::ostream out(&buffer);
        auto hdl = sys.spawn(console, console_settings{&out, false, -1});
        caf::anon_send(hdl, event);
        consume_messages();
        std::ostringstream expected;
        write(expected);
        CAF_CHECK(!expected.str().empty());
        CAF_CHECK_EQUAL(buffer.str(), expected.str());
        CAF_CHECK_EQUAL(buffer.flushed, 1);
        end(hdl);
        CAF_CHECK_EQUAL(buffer.flushed, 2);
    }

    template <class Event>
    void shows(const Event& event) {
        shows(event, [&](std::ostream& out) { report::write(out, event); });
    }

    /// It flushes, answers and ends.
    void end(const console_actor& hdl) {
        auto answer = self->request(hdl, caf::infinite, flush_console{});
        consume_messages();
        answer.receive([](console_flushed flushed) { CAF_CHECK(flushed.ok); },
                       [](const caf::error&) { CAF_FAIL("no answer"); });
        CAF_CHECK(has_ended(hdl));
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(console_events_tests, console_events_fixture)

CAF_TEST(every event is written and flushed) {
    shows(rounds_started{3, 4, 30s, 2, 0s});
    shows(round_started{1, 3, 0s, 2, 2});
    round_finished round;
    round.round = 1;
    round.ok = 4;
    shows(round);
    shows(round_progress{1, 3, 5, 3, 1, 0, 30s});
    shows(rounds_finished{60s, false, {}});
    shows(audio_loaded{12345});
    shows(pool_opening{3});
    shows(pool_opened{3, 3, {}, false});
    shows(connection_tried{0, "c-0", {}});
    run_report report;
    report.ok = 7;
    shows(report, [&](std::ostream& out) { report::write_summary(out, report); });
    pool_status pool;
    pool.served = 9;
    shows(pool, [&](std::ostream& out) { report::write_pool_statistics(out, pool); });
    shows(pool_closing{}, report::write_pool_closing);
    shows(pool_closed{}, report::write_pool_closed);
}

CAF_TEST(a line waits for none that is missing before it) {
    std::ostringstream out;
    auto hdl = sys.spawn(console, console_settings{&out, false, -1});
    caf::anon_send(hdl, connection_tried{3, "c", {}});
    consume_messages();
    CAF_CHECK_EQUAL(out.str(), "  Connection 3: OK (connection_id=c)\n");
    end(hdl);
}

CAF_TEST(exactly as many failures as have a line leave none to be counted) {
    for (std::uint64_t failures : {5, 6}) {
        std::ostringstream out;
        auto hdl = sys.spawn(console, console_settings{&out, false, -1});
        pool_opened opened{0, failures, {}, false};
        for (std::uint64_t slot = 0; slot < failures; ++slot) {
            connection_tried tried{slot, "", {}};
            tried.failure.code = protocol::failure_code::connection_failed;
            tried.failure.detail = "refused";
            caf::anon_send(hdl, tried);
            opened.failures = {{tried.failure, slot + 1}};
        }
        caf::anon_send(hdl, opened);
        consume_messages();
        CAF_CHECK_EQUAL(out.str().find("more FAILED") != std::string::npos, failures == 6);
        end(hdl);
    }
}

CAF_TEST(a live line is taken away before what comes after it) {
    std::ostringstream out;
    auto hdl = sys.spawn(console, console_settings{&out, true, -1});
    caf::anon_send(hdl, round_progress{1, 2, 5, 3, 0, 0, 1s});
    consume_messages();
    const auto line = out.str();
    CAF_CHECK(!line.empty());
    end(hdl); // Takes it away, and adds nothing.
    const auto erased = out.str().substr(line.size());
    CAF_CHECK(!erased.empty());
    std::ostringstream next;
    auto other = sys.spawn(console, console_settings{&next, true, -1});
    caf::anon_send(other, round_progress{1, 2, 5, 3, 0, 0, 1s});
    caf::anon_send(other, pool_closed{});
    consume_messages();
    std::ostringstream closed;
    report::write_pool_closed(closed);
    CAF_CHECK_EQUAL(next.str(), line + erased + closed.str());
    end(other);
}

CAF_TEST(a console that is told nothing more shows no live line) {
    CAF_CHECK(!console_settings{}.live);
    CAF_CHECK_EQUAL(console_settings{}.terminal, -1);
}

CAF_TEST_FIXTURE_SCOPE_END()
