#include "tests/actors/pool/pool_fixture.hpp"

#include <functional>

#define CAF_SUITE pool_renewals

using namespace avatar;
using namespace std::chrono_literals;

// How many renewals are under way at once, also after sessions have died in the
// middle of theirs: a count that is off by one lasts for as long as the pool does.

namespace {

constexpr std::size_t slots = 33; // One more than are renewed at once.

/// A pool whose slots have all gone through the same, and have their renewals behind
/// them or before them.
struct renewing_pool : tests::pool_fixture {
    renewing_pool() {
        settings.max_session_age = 10min;
        settings.connect_rate = 1000;
        settings.max_lease = 24h;
        settings.drain_timeout = 1h;
        open_pool_of(slots);
    }

    ~renewing_pool() override {
        holder = nullptr;
        wind_down();
    }

    /// Lets every renewal come due; how many were begun.
    std::size_t renewals_begun() {
        const auto before = service.made();
        after(9min);
        return service.made() - before;
    }

    /// The sessions that filled the slots first.
    void lose_olds() { lose(0, slots); }

    /// Those that are to take their places.
    void lose_successors(std::size_t until) { lose(slots, until); }

    void lose(std::size_t from, std::size_t until) {
        for (std::size_t i = from; i < until; ++i)
            die(i);
    }

    void confirm_all() {
        for (std::size_t i = 0; i < service.made(); ++i)
            if (service.at(i).lives() && !service.at(i).confirmed)
                confirm(i);
    }

    std::size_t opening() {
        std::size_t count = 0;
        for (std::size_t i = 0; i < service.made(); ++i)
            count += service.at(i).lives() && !service.at(i).confirmed ? 1 : 0;
        return count;
    }

    void acquire_all() {
        holder = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
            return {[this](const lease_granted& one) { leases.push_back(one.lease); }};
        });
        for (std::size_t i = 0; i < slots; ++i)
            send_as(holder, pool, acquire_session{"ann"});
        consume_messages();
        CAF_REQUIRE_EQUAL(leases.size(), slots);
    }

    void release_all() {
        for (const auto lease : leases)
            send_as(holder, pool, release_session{lease});
        consume_messages();
    }

    caf::actor holder;
    std::vector<std::uint64_t> leases;
};

struct history {
    const char* name;
    std::function<void(renewing_pool&)> happens;
};

const history histories[] = {
    {"nothing yet", [](renewing_pool&) {}},
    {"all are renewed",
     [](renewing_pool& p) {
         p.renewals_begun();
         p.confirm_all();
     }},
    {"the new ones fail to open",
     [](renewing_pool& p) {
         p.renewals_begun();
         p.lose_successors(p.service.made());
         p.after(1s);
         p.confirm_all();
     }},
    {"the old ones die while the new ones open",
     [](renewing_pool& p) {
         p.renewals_begun();
         p.lose_olds();
         p.confirm_all();
     }},
    {"the old ones die and then the new ones",
     [](renewing_pool& p) {
         p.renewals_begun();
         const auto made = p.service.made();
         p.lose_olds();
         p.lose_successors(made);
         p.after(1s);
         p.confirm_all();
     }},
    {"the new ones die and then the old ones",
     [](renewing_pool& p) {
         p.renewals_begun();
         p.lose_successors(p.service.made());
         p.lose_olds();
         p.after(1s);
         p.confirm_all();
     }},
    {"the new ones are open and die while the old ones are held",
     [](renewing_pool& p) {
         p.acquire_all();
         p.renewals_begun();
         p.confirm_all();
         p.lose_successors(p.service.made());
         p.after(1s);
         CAF_CHECK_EQUAL(p.opening(), 32u);
         p.confirm_all();
         p.release_all();
     }},
    {"the old ones die while they are held and the new ones are open",
     [](renewing_pool& p) {
         p.acquire_all();
         p.renewals_begun();
         p.confirm_all();
         p.lose_olds();
         CAF_CHECK_EQUAL(p.status().available, slots);
     }},
};

} // namespace

CAF_TEST(at most 32 renewals are under way whatever went before) {
    for (const auto& history : histories) {
        CAF_MESSAGE(history.name);
        renewing_pool p;
        history.happens(p);
        CAF_CHECK_EQUAL(p.opening(), 0u);
        CAF_CHECK_EQUAL(p.status().connected, slots);
        CAF_CHECK_EQUAL(p.renewals_begun(), 32u);
        CAF_CHECK_EQUAL(p.opening(), 32u);
        p.confirm(p.service.made() - 1);
        CAF_CHECK_EQUAL(p.opening(), 32u); // The last one's turn has come.
        p.confirm(p.service.made() - 1);
        CAF_CHECK_EQUAL(p.opening(), 31u);
    }
}

CAF_TEST(a renewal that waits for its turn is begun when another one ends) {
    for (const bool opens : {true, false}) {
        renewing_pool p;
        CAF_REQUIRE_EQUAL(p.renewals_begun(), 32u);
        if (opens)
            p.confirm(slots);
        else
            p.die(slots);
        CAF_CHECK_EQUAL(p.service.made(), slots + 33);
    }
    renewing_pool p;
    CAF_REQUIRE_EQUAL(p.renewals_begun(), 32u);
    p.lose_olds(); // 32 have their successors; the last one is replaced.
    CAF_CHECK_EQUAL(p.service.made(), slots + 33);
    CAF_CHECK_EQUAL(p.status().connected, 0u);
}

CAF_TEST(renewals and reopenings share the connect rate) {
    tests::pool_fixture p;
    p.settings.max_session_age = 10min;
    p.settings.connect_rate = 10;
    p.settings.size = 20;
    p.begin_opening();
    p.after(1s);
    for (std::size_t i = 0; i < 20; ++i)
        p.confirm(i);
    p.after(9min); // All are due.
    CAF_CHECK_EQUAL(p.service.made(), 30u);
    p.die(0);
    p.after(100ms);
    CAF_CHECK_EQUAL(p.service.made(), 31u);
    CAF_CHECK_EQUAL(p.status().connected, 19u);
    p.after(99ms);
    CAF_CHECK_EQUAL(p.service.made(), 31u);
    p.after(1ms);
    CAF_CHECK_EQUAL(p.service.made(), 32u);
}

CAF_TEST(what has no session is opened before any is renewed) {
    tests::pool_fixture p;
    p.settings.max_session_age = 10min;
    p.settings.connect_rate = 1;
    p.settings.size = 4;
    p.begin_opening();
    for (std::size_t i = 0; i < 4; ++i) {
        p.confirm(i);
        p.after(1s);
    }
    p.after(9min); // One of them is renewed, the others wait for the rate.
    CAF_REQUIRE_EQUAL(p.service.made(), 5u);
    p.confirm(4);
    for (std::size_t i = 0; i < 4; ++i) // Whichever it was not.
        if (p.service.at(i).lives()) {
            p.die(i);
            break;
        }
    CAF_REQUIRE_EQUAL(p.status().connected, 3u);
    p.after(1s);
    CAF_REQUIRE_EQUAL(p.service.made(), 6u);
    p.confirm(5);
    CAF_CHECK_EQUAL(p.status().connected, 4u);
    CAF_CHECK_EQUAL(p.status().renewed, 1u);
}

CAF_TEST(a pool that drains begins nothing more) {
    renewing_pool p;
    p.die(0);
    p.die(slots); // Its turn is after a pause.
    const auto made = p.service.made();
    caf::anon_send(p.pool, drain_pool{});
    p.after(9min);
    CAF_CHECK_EQUAL(p.service.made(), made);
    p.die(1);
    CAF_CHECK_EQUAL(p.service.made(), made);
}

CAF_TEST(renewals that wait for their turn are not begun by a pool that drains) {
    renewing_pool p;
    CAF_REQUIRE_EQUAL(p.renewals_begun(), 32u);
    const auto made = p.service.made();
    caf::anon_send(p.pool, drain_pool{});
    p.confirm_all();
    CAF_CHECK_EQUAL(p.service.made(), made);
    CAF_CHECK_EQUAL(p.status().renewed, 32u);
}
