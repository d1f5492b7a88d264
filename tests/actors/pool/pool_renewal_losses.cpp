#include "tests/actors/pool/pool_fixture.hpp"

#include <functional>

#define CAF_SUITE pool_renewal_losses

using namespace avatar;
using namespace std::chrono_literals;
using protocol::failure_code;
using tests::ids;

// What becomes of a slot that loses sessions while one of them is to take the place
// of another: who takes requests then, and what is counted as what.

namespace {

/// A pool of one: connection 0 fills the slot, 1 is to take its place.
struct renewing_slot : tests::pool_fixture {
    explicit renewing_slot(bool held = false) {
        settings.max_session_age = 10min;
        settings.request_timeout = 1h;
        open_pool_of(1);
        if (held)
            ask(pool, "held");
        after(8min);
        CAF_REQUIRE_EQUAL(service.made(), 2u);
    }

    ~renewing_slot() override { wind_down(); }
};

struct loss {
    const char* name;
    bool held; ///< The old session has a request.
    std::function<void(renewing_slot&)> happens;
    std::size_t made; ///< Connections, right afterwards.
    std::uint64_t available;
    std::size_t successor; ///< The connection that fills the slot in the end.
    std::size_t made_in_the_end;
    std::uint64_t replaced; ///< In the end, as all below.
    std::uint64_t renewed;
    std::uint64_t crashed;
};

using slot = renewing_slot;

const loss losses[] = {
    {"neither dies", false, [](slot&) {}, 2, 1, 1, 2, 0, 1, 0},
    {"the old one dies while the new one opens", false, [](slot& s) { s.die(0); }, 2, 0, 1, 2, 1, 0,
     0},
    {"the new one fails to open", false, [](slot& s) { s.die(1); }, 2, 1, 2, 3, 0, 1, 0},
    {"the old one dies and then the new one", false,
     [](slot& s) {
         s.die(0);
         s.die(1);
     },
     2, 0, 2, 3, 1, 0, 0},
    {"the new one dies and then the old one", false,
     [](slot& s) {
         s.die(1);
         s.die(0);
     },
     3, 0, 2, 3, 1, 0, 0},
    {"the old one dies as the new one opens", false,
     [](slot& s) {
         s.service.at(0).die(failure_code::connection_closed, "gone");
         s.confirm(1);
     },
     2, 1, 1, 2, 1, 0, 0},
    {"the new one opens as the old one dies", false,
     [](slot& s) {
         s.service.at(1).confirm("c-1");
         s.die(0);
     },
     2, 1, 1, 2, 0, 1, 0},
    {"both die at once", false,
     [](slot& s) {
         s.service.at(0).die(failure_code::connection_closed, "gone");
         s.die(1);
     },
     2, 0, 2, 3, 1, 0, 0},
    {"the new one is open and dies while the old one is held", true,
     [](slot& s) {
         s.confirm(1);
         s.die(1);
     },
     2, 0, 2, 3, 0, 1, 0},
    {"the old one dies while it is held and the new one is open", true,
     [](slot& s) {
         s.confirm(1);
         s.die(0);
     },
     2, 1, 1, 2, 1, 0, 0},
    {"the old one dies while it is held and the new one opens", true, [](slot& s) { s.die(0); }, 2,
     0, 1, 2, 1, 0, 0},
    {"the old one is killed while the new one opens", false, [](slot& s) { s.kill(0); }, 2, 0, 1, 2,
     1, 0, 1},
    {"the new one is killed while it opens", false, [](slot& s) { s.kill(1); }, 2, 1, 2, 3, 0, 1,
     1},
    {"the new one is open and killed while the old one is held", true,
     [](slot& s) {
         s.confirm(1);
         s.kill(1);
     },
     2, 0, 2, 3, 0, 1, 1},
    {"both are killed", false,
     [](slot& s) {
         s.kill(0);
         s.kill(1);
     },
     2, 0, 2, 3, 1, 0, 2},
};

} // namespace

CAF_TEST(a slot that loses sessions in mid renewal has one again) {
    for (const auto& row : losses) {
        CAF_MESSAGE(row.name);
        slot s(row.held);
        row.happens(s);
        CAF_CHECK_EQUAL(s.service.made(), row.made);
        CAF_CHECK_EQUAL(s.status().available, row.available);
        s.after(2s); // The pauses before another try.
        if (s.service.at(0).under_way)
            s.finish(0);
        CAF_CHECK_EQUAL(s.service.made(), row.made_in_the_end);
        if (!s.service.at(row.successor).confirmed)
            s.confirm(row.successor);
        s.ask(s.pool, "next");
        CAF_CHECK_EQUAL(s.sent(row.successor), ids{"next"});
        s.finish(row.successor);
        CAF_CHECK(s.result_of("next").ok());
        const auto end = s.status();
        CAF_CHECK_EQUAL(end.connected, 1u);
        CAF_CHECK_EQUAL(end.available, 1u);
        CAF_CHECK_EQUAL(end.replaced, row.replaced);
        CAF_CHECK_EQUAL(end.renewed, row.renewed);
        CAF_CHECK_EQUAL(end.crashed, row.crashed);
        CAF_REQUIRE_EQUAL(end.connections.size(), 1u);
        CAF_CHECK_EQUAL(end.connections[0].connection_id, "c-" + std::to_string(row.successor));
        CAF_CHECK_EQUAL(end.requests.open, 0u);
        for (std::size_t i = 0; i < s.service.made(); ++i)
            CAF_CHECK_EQUAL(s.service.at(i).lives(), i == row.successor);
        s.close();
        CAF_CHECK_EQUAL(s.closed, 1);
        CAF_CHECK(!s.service.at(row.successor).lives());
    }
}

CAF_TEST(the successor of a slot is renewed in its turn) {
    for (const auto& row : losses) {
        CAF_MESSAGE(row.name);
        slot s(row.held);
        row.happens(s);
        s.after(2s);
        if (s.service.at(0).under_way)
            s.finish(0);
        if (!s.service.at(row.successor).confirmed)
            s.confirm(row.successor);
        const auto made = s.service.made();
        s.after(10min);
        CAF_CHECK_EQUAL(s.service.made(), made + 1);
        s.confirm(made);
        CAF_CHECK_EQUAL(s.status().renewed, row.renewed + 1);
        CAF_CHECK(!s.service.at(row.successor).lives());
    }
}

CAF_TEST(a session that is replaced already is counted by its own end only) {
    slot s(/*held=*/true);
    s.service.at(0).answers_close = false;
    s.confirm(1);
    s.finish(0); // Renewed, and the service does not answer the close.
    CAF_CHECK(s.service.at(0).close_asked);
    CAF_CHECK_EQUAL(s.status().renewed, 1u);
    s.kill(0);
    const auto now = s.status();
    CAF_CHECK_EQUAL(now.crashed, 1u);
    CAF_CHECK_EQUAL(now.replaced, 0u);
    CAF_CHECK_EQUAL(now.available, 1u);
    CAF_CHECK_EQUAL(s.service.made(), 2u);
    s.close();
    CAF_CHECK_EQUAL(s.closed, 1);
}

CAF_TEST(closing waits for sessions that were replaced and for successors) {
    slot s(/*held=*/true);
    s.service.at(0).answers_close = false;
    s.confirm(1);
    s.finish(0);
    s.after(10min);
    CAF_REQUIRE_EQUAL(s.service.made(), 3u);
    s.service.at(2).answers_close = false;
    s.close();
    CAF_CHECK(!s.service.at(1).lives());
    CAF_CHECK(s.service.at(2).close_asked);
    CAF_CHECK_EQUAL(s.closed, 0);
    s.service.at(2).end({});
    s.consume_messages();
    CAF_CHECK_EQUAL(s.closed, 0);
    s.service.at(0).end({});
    s.consume_messages();
    CAF_CHECK_EQUAL(s.closed, 1);
}

CAF_TEST(the pauses between renewals that fail begin small each time) {
    tests::pool_fixture p;
    p.settings.max_session_age = 10min;
    p.settings.reconnect_max = 1min;
    p.open_pool_of(1);
    for (int renewal = 0; renewal < 6; ++renewal) {
        while (p.service.at(p.service.made() - 1).confirmed)
            p.after(10s);
        for (auto bound : {500ms, 1000ms, 2000ms}) {
            const auto made = p.service.made();
            p.die(made - 1);
            CAF_CHECK_EQUAL(p.service.made(), made);
            p.after(bound);
            CAF_REQUIRE_EQUAL(p.service.made(), made + 1);
        }
        p.confirm(p.service.made() - 1);
    }
    CAF_CHECK_EQUAL(p.status().renewed, 6u);
}

CAF_TEST(the pauses before a lost session is open again begin small each time) {
    tests::pool_fixture p;
    p.settings.reconnect_max = 1min;
    p.settings.fail_fast_after = 1h;
    p.open_pool_of(1);
    for (int loss = 0; loss < 10; ++loss) {
        p.die(p.service.made() - 1); // Replaced at once.
        for (auto bound : {500ms, 1000ms, 2000ms}) {
            const auto made = p.service.made();
            p.die(made - 1);
            p.after(bound);
            CAF_REQUIRE_EQUAL(p.service.made(), made + 1);
        }
        p.confirm(p.service.made() - 1);
        p.after(500ms);
    }
}
