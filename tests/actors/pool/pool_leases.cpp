#include "actors/pool/session_lease.hpp"
#include "tests/actors/pool/pool_fixture.hpp"

#include <map>
#include <set>

#define CAF_SUITE pool_leases

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

namespace {

/// A pool with holders that the test drives.
struct pool_leases_fixture : tests::pool_fixture {
    pool_leases_fixture() { settings.max_lease = 1min; }

    ~pool_leases_fixture() override {
        leases.clear();
        holders.clear();
        by_name.clear();
        wind_down();
    }

    /// Acquires for an actor of its own, which lives until `end`.
    caf::actor acquire(const std::string& name) {
        auto holder = sys.spawn([this, name](caf::event_based_actor* self) -> caf::behavior {
            with_session(
                self, pool, name,
                [this, name](session_lease lease) { leases.emplace(name, std::move(lease)); },
                [this](const protocol::failure& why) {
                    refused.push_back(std::string(to_string(why.code)));
                });
            return {[this](audio_result& result) { results.push_back(std::move(result)); },
                    [](const lease_granted&) {}};
        });
        consume_messages();
        holders.push_back(holder); // Nobody else holds it.
        by_name[name] = holder;
        return holder;
    }

    template <class Message>
    void say(const caf::actor& from, Message message) {
        send_as(from, pool, std::move(message));
        consume_messages();
    }

    void end(const caf::actor& holder) {
        caf::anon_send_exit(holder, caf::exit_reason::user_shutdown);
        consume_messages();
    }

    audio_request request_under(const std::string& lease, const std::string& id) {
        auto request = leases.at(lease).request(audio_clip("speech"));
        request.request_id = id;
        return request;
    }

    /// Sends a request under a lease from its holder, and keeps its result.
    void ask_leased(const std::string& lease, const std::string& id) {
        say(by_name.at(lease), request_under(lease, id));
    }

    void interrupt(const std::string& name, const std::string& id) {
        say(by_name.at(name), interrupt_request{id});
    }

    /// Under a lease of a pool of one: l-1, for the service to finish with l-0.
    void let_next_request_wait() {
        settings.late_timeout = 2min;
        settings.max_lease = 1h;
        open_pool_of(1);
        acquire("ann");
        ask_leased("ann", "l-0");
        after(45s); // Its timeout.
        ask_leased("ann", "l-1");
    }

    void release_session(const std::string& name) {
        leases.erase(name);
        consume_messages();
    }

    std::map<std::string, session_lease> leases;
    ids refused;
    std::vector<caf::actor> holders;
    std::map<std::string, caf::actor> by_name;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_lease_tests, pool_leases_fixture)

CAF_TEST(a leased session takes the requests of its lease and no other) {
    open_pool_of(2);
    acquire("ann");
    CAF_CHECK_EQUAL(leases.at("ann").connection_id(), "c-0");
    ask(pool, "r-0");
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(sent(0), ids{});
    ask_leased("ann", "l-0");
    finish(0);
    ask_leased("ann", "l-1");
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-1"}));
    CAF_CHECK_EQUAL(sent(1), ids{"r-0"});
    CAF_CHECK(result_of("l-1").ok());
    CAF_CHECK_EQUAL(status().leased, 1u);
}

CAF_TEST(a lease that goes out of scope gives the session to who waits) {
    open_pool_of(1);
    acquire("ann");
    ask(pool, "r-0");
    acquire("bob");
    release_session("ann");
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    finish(0);
    CAF_CHECK_EQUAL(leases.count("bob"), 1u);
    release_session("bob");
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a holder that ends loses its session which is checked first) {
    open_pool_of(1);
    const auto ann = acquire("ann");
    end(ann);
    CAF_CHECK(service.at(0).checked);
    CAF_CHECK_EQUAL(status().available, 0u);
    ask_leased("ann", "l-0");
    const auto ledger = status().requests;
    CAF_REQUIRE_EQUAL(ledger.failed.size(), 1u); // Nobody hears of it.
    CAF_CHECK_EQUAL(ledger.failed[0].count, 1u);
    CAF_CHECK_EQUAL(sent(0), ids{});
    service.at(0).answer_check();
    consume_messages();
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a session that does not answer the check is replaced) {
    open_pool_of(1);
    end(acquire("ann"));
    after(10s);
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(a lease held for too long is revoked and its request fails) {
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    after(59s);
    CAF_CHECK_EQUAL(results.size(), 1u); // The request timeout comes first here.
    service.at(0).finish(0);
    consume_messages();
    ask_leased("ann", "l-1");
    after(1s);
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseLost");
    CAF_CHECK(service.at(0).abandoned);
    finish(0);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a lease that ends while its session is late gives that no more time) {
    open_pool_of(1);
    acquire("ann");
    after(10s);
    ask_leased("ann", "l-0");
    after(45s);
    CAF_CHECK_EQUAL(code_of("l-0"), "requestTimeout");
    after(5s); // The lease is over.
    ask_leased("ann", "l-1");
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseLost");
    CAF_CHECK(!service.at(0).close_asked);
    after(5s);
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(service.made(), 2u);
}

CAF_TEST(a second request at the same time is refused) {
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    ask_leased("ann", "l-1");
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseBusy");
    finish(0);
    CAF_CHECK(result_of("l-0").ok());
}

CAF_TEST(the next request may come as soon as the one before has its result) {
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    // No message in between: the session is not idle yet.
    send_as(by_name.at("ann"), pool, interrupt_request{"l-0"});
    send_as(by_name.at("ann"), pool, request_under("ann", "l-1"));
    consume_messages();
    CAF_CHECK_EQUAL(code_of("l-0"), "requestInterrupted");
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-1"}));
    finish(0);
    CAF_CHECK(result_of("l-1").ok());
}

CAF_TEST(the next request waits until the service has finished with a late one) {
    settings.late_timeout = 30s;
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    after(45s);
    CAF_CHECK_EQUAL(code_of("l-0"), "requestTimeout");
    ask_leased("ann", "l-1");
    ask_leased("ann", "l-2");
    CAF_CHECK_EQUAL(code_of("l-2"), "leaseBusy");
    CAF_CHECK_EQUAL(sent(0), ids{"l-0"});
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-1"}));
    finish(0);
    CAF_CHECK(result_of("l-1").ok());
}

CAF_TEST(a next request that waits can be interrupted) {
    let_next_request_wait();
    interrupt("ann", "l-1");
    CAF_CHECK_EQUAL(code_of("l-1"), "requestInterrupted");
    finish(0);
    CAF_CHECK_EQUAL(sent(0), ids{"l-0"});
    ask_leased("ann", "l-2");
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-2"}));
}

CAF_TEST(a next request that waits goes out though the lease is released) {
    let_next_request_wait();
    release_session("ann");
    ask(pool, "other");
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-1"}));
    finish(0);
    CAF_CHECK(result_of("l-1").ok());
    CAF_CHECK_EQUAL(sent(0).back(), "other");
}

CAF_TEST(a next request that waits ends with its holder) {
    let_next_request_wait();
    end(by_name.at("ann"));
    finish(0);
    CAF_CHECK_EQUAL(sent(0), ids{"l-0"});
    CAF_CHECK_EQUAL(status().requests.open, 0u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a next request that waits ends with its session) {
    let_next_request_wait();
    die(0);
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseLost");
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(a next request that waits is cancelled with the others) {
    let_next_request_wait();
    caf::anon_send(pool, cancel_requests{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("l-1"), "requestCancelled");
    close();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(the death of a leased session ends the lease) {
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    die(0);
    CAF_CHECK_EQUAL(code_of("l-0"), "connectionClosed");
    service.at(1).confirm("c-1");
    consume_messages();
    CAF_CHECK_EQUAL(status().available, 1u);
    ask_leased("ann", "l-1");
    CAF_CHECK_EQUAL(code_of("l-1"), "leaseLost");
}

CAF_TEST(a request that runs when its session is released runs on) {
    open_pool_of(1);
    acquire("ann");
    ask_leased("ann", "l-0");
    release_session("ann");
    finish(0);
    CAF_CHECK(result_of("l-0").ok());
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a holder waits no longer than the borrow timeout) {
    open_pool_of(1);
    acquire("ann");
    acquire("bob");
    after(30s);
    CAF_CHECK_EQUAL(refused, ids{"borrowTimeout"});
}

CAF_TEST(a leased session is renewed only when nobody holds it) {
    settings.max_lease = 1h;
    settings.max_session_age = 10min;
    open_pool_of(1);
    acquire("ann");
    after(8min);
    CAF_REQUIRE_EQUAL(service.made(), 2u);
    service.at(1).confirm("c-1");
    consume_messages();
    CAF_CHECK(!service.at(0).close_asked);
    ask_leased("ann", "l-0");
    finish(0);
    CAF_CHECK(!service.at(0).close_asked);
    ask_leased("ann", "l-1");
    CAF_CHECK_EQUAL(sent(0), (ids{"l-0", "l-1"}));
    finish(0);
    CAF_CHECK_EQUAL(status().renewed, 0u);
    release_session("ann");
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK_EQUAL(status().renewed, 1u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(an interrupt or a timeout under a lease does not exchange the session) {
    settings.max_lease = 1h;
    settings.max_session_age = 10min;
    open_pool_of(1);
    acquire("ann");
    after(8min);
    service.at(1).confirm("c-1");
    consume_messages();
    ask_leased("ann", "l-0");
    interrupt("ann", "l-0");
    CAF_CHECK_EQUAL(code_of("l-0"), "requestInterrupted");
    CAF_CHECK(!service.at(0).close_asked);
    ask_leased("ann", "l-1");
    after(45s);
    finish(0); // Late.
    CAF_CHECK_EQUAL(code_of("l-1"), "requestTimeout");
    CAF_CHECK(!service.at(0).close_asked);
    CAF_CHECK_EQUAL(status().leased, 1u);
}

CAF_TEST(the end of a request that nobody knows frees no session) {
    open_pool_of(1);
    const auto unknown = [this] {
        exchange_finished end;
        end.request_id = "of a former request";
        end.late_frames = 1;
        service.at(0).sink(end);
    };
    unknown(); // Crosses with the request.
    ask(pool, "r-0");
    ask(pool, "r-1");
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    finish(0);
    finish(0);
    CAF_CHECK(result_of("r-1").ok());
    acquire("ann");
    unknown();
    consume_messages();
    ask(pool, "r-2");
    CAF_CHECK_EQUAL(status().leased, 1u);
    end(holders.back());
    CAF_CHECK(service.at(0).checked);
    unknown();
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"})); // The check is not answered yet.
    service.at(0).answer_check();
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1", "r-2"}));
    CAF_CHECK_EQUAL(status().waiting, 0u);
    finish(0);
    CAF_CHECK_EQUAL(status().late_frames, 3u);
}

CAF_TEST(a request under the lease of another is refused) {
    open_pool_of(1);
    acquire("ann");
    const auto stranger = acquire("bob");
    say(stranger, request_under("ann", "l-0"));
    CAF_CHECK_EQUAL(code_of("l-0"), "leaseLost");
    caf::anon_send(pool, request_under("ann", "l-1"));
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), ids{});
    ask_leased("ann", "l-2");
    CAF_CHECK_EQUAL(sent(0), ids{"l-2"});
    CAF_CHECK_EQUAL(status().requests.open, 1u);
}

CAF_TEST(only its holder gives a session back) {
    open_pool_of(1);
    acquire("ann");
    const auto number = request_under("ann", "any").lease;
    say(acquire("bob"), avatar::release_session{number});
    caf::anon_send(pool, avatar::release_session{number});
    consume_messages();
    CAF_CHECK_EQUAL(status().leased, 1u);
    CAF_CHECK_EQUAL(leases.count("bob"), 0u);
    release_session("ann");
    CAF_CHECK_EQUAL(leases.count("bob"), 1u);
}

CAF_TEST(leases cannot be guessed from each other) {
    open_pool_of(3);
    std::set<std::uint64_t> numbers;
    for (const auto* name : {"ann", "bob", "eve"}) {
        acquire(name);
        numbers.insert(request_under(name, "any").lease);
    }
    CAF_CHECK_EQUAL(numbers.size(), 3u);
    CAF_CHECK_EQUAL(numbers.count(0), 0u);
    CAF_CHECK_GREATER(*numbers.rbegin() - *numbers.begin(), 1'000'000u);
}

CAF_TEST(two leases of one holder work and come back when it dies) {
    open_pool_of(2);
    std::vector<session_lease> both;
    const auto ann = sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
        for (int i = 0; i < 2; ++i)
            with_session(
                self, pool, "ann", [&](session_lease lease) { both.push_back(std::move(lease)); },
                [](const protocol::failure&) {});
        return {[this](audio_result& result) { results.push_back(std::move(result)); }};
    });
    consume_messages();
    CAF_REQUIRE_EQUAL(both.size(), 2u);
    for (std::size_t i : {0, 1}) {
        auto request = both[i].request(audio_clip("speech"));
        request.request_id = "l-" + std::to_string(i);
        say(ann, request);
        CAF_CHECK_EQUAL(sent(i), ids{request.request_id});
        finish(i);
    }
    CAF_CHECK_EQUAL(results.size(), 2u);
    end(ann);
    for (std::size_t i : {0, 1}) {
        CAF_CHECK(service.at(i).checked);
        service.at(i).answer_check();
    }
    consume_messages();
    CAF_CHECK_EQUAL(status().available, 2u);
    CAF_CHECK_EQUAL(status().leased, 0u);
    both.clear(); // Of an actor that is gone: releases nothing.
    consume_messages();
}

CAF_TEST(one of two leases that is released leaves the other to its holder) {
    open_pool_of(2);
    const auto ann = acquire("ann");
    say(ann, acquire_session{"ann"});
    release_session("ann");
    CAF_CHECK_EQUAL(status().leased, 1u);
    end(ann);
    CAF_CHECK_EQUAL(status().leased, 0u);
    CAF_CHECK(service.at(1).checked);
}

CAF_TEST(a holder hears that the pool has died or is dead) {
    open_pool_of(1);
    acquire("ann");
    acquire("bob");
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(refused, ids{"poolFailed"});
    acquire("eve");
    CAF_CHECK_EQUAL(refused, (ids{"poolFailed", "poolFailed"}));
    leases.clear();
    pool = nullptr;
}

CAF_TEST_FIXTURE_SCOPE_END()
