#pragma once

#include "tests/actors/pool/pool_fixture.hpp"

#include <algorithm>
#include <functional>
#include <string>

/// What can happen to the request "r-0" of a pool of one connection, as functions that
/// let nobody hear of it yet.
namespace avatar::tests::crossings {

using namespace std::chrono_literals;

/// A pool of one connection, 0. Where it is renewed, 1 is to take its place.
struct pool_of_one : pool_fixture {
    pool_of_one() {
        settings.max_session_age = 10min;
        settings.fail_fast_after = 1h;
        settings.borrow_timeout = 1h;
        open_pool_of(1);
        session = session_of(0);
    }

    ~pool_of_one() override {
        session = nullptr;
        successor = nullptr;
        caller = nullptr;
        wind_down();
    }

    /// Plainly, so that a second result would be seen.
    template <class Message>
    void tell(Message message) {
        send_as(caller, pool, std::move(message));
    }

    void send(const std::string& id) {
        audio_request request;
        request.request_id = id;
        request.audio = audio_clip("speech");
        tell(std::move(request));
    }

    /// What has happened is heard, and the service is well from now on.
    void finish_all() {
        for (int i = 0; i < 40; ++i) {
            consume_messages();
            for (std::size_t c = 0; c < service.made(); ++c)
                recover(service.at(c));
            after(i < 20 ? 0ms : 500ms);
        }
    }

    static void recover(scripted_connection& c) {
        c.throws_on_send = false;
        if (c.lives() && c.close_asked)
            c.end({});
        if (c.lives() && !c.confirmed)
            c.confirm("again");
        if (c.lives() && c.under_way)
            c.finish();
        if (c.lives() && c.checked)
            c.answer_check();
    }

    /// Connections.
    std::size_t living() {
        std::size_t count = 0;
        for (std::size_t i = 0; i < service.made(); ++i)
            count += service.at(i).lives() ? 1 : 0;
        return count;
    }

    /// The result of that request, the only one it has.
    std::string outcome_of(const std::string& id) {
        const auto count = std::ranges::count(results, id, &audio_result::request_id);
        if (count == 1)
            return code_of(id);
        return std::ranges::count(broken, id) == 1 ? "bounced" : std::to_string(count) + " results";
    }

    caf::actor caller = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
        return {[this](audio_result& result) { results.push_back(std::move(result)); },
                [](const lease_granted&) {}};
    });
    caf::actor session;   // Of connection 0.
    caf::actor successor; // Of connection 1, where there is one.
};

using event = std::function<void(pool_of_one&)>;

// -- before they cross ---------------------------------------------------------------

inline void idle(pool_of_one&) {}

inline void running(pool_of_one& p) {
    p.send("r-0");
    p.consume_messages();
}

/// The request runs, and the successor of its session is on the way up.
inline void renewing(pool_of_one& p) {
    p.after(9min);
    CAF_REQUIRE_EQUAL(p.service.made(), 2u);
    p.successor = p.session_of(1);
    running(p);
}

/// The same, and the successor is open.
inline void renewed(pool_of_one& p) {
    renewing(p);
    p.confirm(1);
}

/// The request has timed out, and the service still works on it.
inline void late(pool_of_one& p) {
    running(p);
    p.after(45s);
}

/// The same, and the successor of its session is open.
inline void late_renewed(pool_of_one& p) {
    renewed(p);
    p.after(45s);
}

// -- what the users do ---------------------------------------------------------------

inline void send(pool_of_one& p) {
    p.send("r-0");
}
inline void interrupt(pool_of_one& p) {
    p.tell(interrupt_request{"r-0"});
}
inline void time_out(pool_of_one& p) {
    p.advance_time(p.settings.request_timeout);
}
inline void overdue(pool_of_one& p) {
    p.advance_time(p.settings.late_timeout);
}
inline void cancel(pool_of_one& p) {
    caf::anon_send(p.pool, cancel_requests{});
}
inline void drain(pool_of_one& p) {
    caf::anon_send(p.pool, drain_pool{});
}
inline void close(pool_of_one& p) {
    caf::anon_send(p.pool, close_pool{});
}

// -- what the sessions do ------------------------------------------------------------

inline void finish(pool_of_one& p) {
    if (p.service.at(0).lives() && p.service.at(0).under_way)
        p.service.at(0).finish();
}
inline void die(pool_of_one& p) {
    p.service.at(0).die(protocol::failure_code::connection_closed, "gone");
}
inline void die_untouched(pool_of_one& p) {
    p.service.at(0).die(protocol::failure_code::connection_closed, "gone",
                        /*request_accepted=*/false);
}
/// As it is given the request.
inline void crash(pool_of_one& p) {
    p.service.at(0).throws_on_send = true;
}
inline void kill(pool_of_one& p) {
    caf::anon_send_exit(p.session, caf::exit_reason::kill);
}
inline void shut_down(pool_of_one& p) {
    caf::anon_send_exit(p.session, caf::exit_reason::user_shutdown);
}
/// That a peer has ended normally is no order to end.
inline void exit_normally(pool_of_one& p) {
    caf::anon_send_exit(p.session, caf::exit_reason::normal);
}
inline void successor_opens(pool_of_one& p) {
    p.service.at(1).confirm("c-1");
}
inline void successor_dies(pool_of_one& p) {
    p.service.at(1).die(protocol::failure_code::connection_failed, "gone");
}
inline void kill_successor(pool_of_one& p) {
    caf::anon_send_exit(p.successor, caf::exit_reason::kill);
}

} // namespace avatar::tests::crossings
