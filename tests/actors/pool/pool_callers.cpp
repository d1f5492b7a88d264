#include "tests/actors/pool/pool_fixture.hpp"

#include <caf/actor_proxy.hpp>
#include <caf/default_attachable.hpp>
#include <caf/make_actor.hpp>

#define CAF_SUITE pool_callers

using namespace avatar;
using namespace std::chrono_literals;
using tests::ids;

namespace {

/// Stands for an actor of another node, as the pool sees it.
class remote_actor : public caf::actor_proxy {
public:
    remote_actor(caf::actor_config& config, int* received)
        : actor_proxy(config),
          received_(received) {}

    void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override { ++*received_; }

    /// The connection to its node is lost.
    void kill_proxy(caf::execution_unit* context, caf::error reason) override {
        cleanup(std::move(reason), context);
    }

private:
    int* received_;
};

audio_request request_of(const std::string& id) {
    audio_request request;
    request.request_id = id;
    request.audio = audio_clip("speech");
    return request;
}

struct pool_callers_fixture : tests::pool_fixture {
    ~pool_callers_fixture() override {
        callers.clear();
        wind_down();
    }

    /// An actor that only listens.
    caf::actor caller() {
        callers.push_back(sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
            return {[this](audio_result& result) { results.push_back(std::move(result)); },
                    [this](const lease_granted& lease) { granted.push_back(lease); }};
        }));
        return callers.back();
    }

    template <class Sender, class Message>
    void say(const Sender& from, Message message) {
        send_as(from, pool, std::move(message));
    }

    void kill(const caf::actor& whom) {
        caf::anon_send_exit(whom, caf::exit_reason::kill);
        consume_messages();
    }

    /// How many monitors the pool has on an actor. Removes them, so it is to be
    /// the last thing that a test looks at.
    std::size_t monitors_on(const caf::actor& whom) {
        return caf::actor_cast<caf::abstract_actor*>(whom)->detach(
            caf::default_attachable::observe_token{pool->address(),
                                                   caf::default_attachable::monitor});
    }

    /// The requests that have ended, whatever became of them.
    std::uint64_t ended() {
        const auto ledger = status().requests;
        auto sum = ledger.succeeded;
        for (const auto& [code, count] : ledger.failed)
            sum += count;
        CAF_CHECK_EQUAL(ledger.entered, sum + ledger.open);
        return sum;
    }

    std::vector<caf::actor> callers;
    std::vector<lease_granted> granted;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pool_caller_tests, pool_callers_fixture)

CAF_TEST(a request of nobody is served and counted) {
    open_pool_of(1);
    caf::anon_send(pool, request_of("r-0"));
    caf::anon_send(pool, request_of("r-1"));
    consume_messages();
    CAF_CHECK_EQUAL(sent(0), ids{"r-0"});
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
    finish(0);
    CAF_CHECK_EQUAL(ended(), 2u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a request of nobody is retried and times out like any other) {
    open_pool_of(2);
    caf::anon_send(pool, request_of("r-0"));
    consume_messages();
    service.at(0).die(protocol::failure_code::connection_closed, "gone", false);
    consume_messages();
    CAF_CHECK_EQUAL(sent(1), ids{"r-0"});
    after(45s);
    CAF_CHECK(service.at(1).abandoned);
    CAF_CHECK_EQUAL(ended(), 1u);
    finish(1);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a request of nobody dies with its session and is counted) {
    open_pool_of(1);
    caf::anon_send(pool, request_of("r-0"));
    consume_messages();
    die(0);
    CAF_CHECK_EQUAL(ended(), 1u);
    CAF_CHECK_EQUAL(status().requests.open, 0u);
}

CAF_TEST(closing is answered whoever has sent what still runs) {
    open_pool_of(2);
    service.at(1).answers_close = false;
    for (const auto* id : {"r-0", "r-1", "r-2", "r-3"})
        caf::anon_send(pool, request_of(id));
    const auto dead = caller();
    say(dead, request_of("r-4"));
    consume_messages();
    kill(dead);
    close();
    service.at(1).end({});
    consume_messages();
    CAF_CHECK_EQUAL(closed, 1);
}

CAF_TEST(nobody acquires nothing) {
    open_pool_of(1);
    ask(pool, "r-0");
    for (int i = 0; i < 50'000; ++i)
        caf::anon_send(pool, acquire_session{"nobody"});
    consume_messages();
    CAF_CHECK_EQUAL(status().waiting, 0u);
    finish(0);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a holder that dies while it waits leaves the queue at once) {
    open_pool_of(1);
    ask(pool, "r-0");
    const auto ann = caller();
    say(ann, acquire_session{"ann"});
    say(ann, acquire_session{"ann"});
    const auto bob = caller();
    say(bob, acquire_session{"bob"});
    consume_messages();
    CAF_CHECK_EQUAL(status().waiting, 3u);
    kill(ann);
    CAF_CHECK_EQUAL(status().waiting, 1u);
    finish(0);
    CAF_CHECK_EQUAL(granted.size(), 1u);
    CAF_CHECK_EQUAL(status().leased, 1u);
}

CAF_TEST(whoever wants to acquire waits for a limit of its own or for the borrow timeout) {
    open_pool_of(1);
    ask(pool, "r-0");
    const auto ann = caller();
    say(ann, acquire_session{"long", 3600s});
    say(ann, acquire_session{"as all", {}});
    say(ann, acquire_session{"short", 2s});
    say(ann, acquire_session{"shortest", 1s});
    consume_messages();
    after(999ms);
    CAF_CHECK_EQUAL(granted.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(granted.size(), 1u);
    CAF_CHECK_EQUAL(status().waiting, 3u);
    after(1s);
    CAF_CHECK_EQUAL(granted.size(), 2u);
    after(28s);
    CAF_CHECK_EQUAL(status().waiting, 0u);
    std::vector<std::string> why;
    for (const auto& each : granted)
        why.push_back(each.failure.detail);
    const auto waited = [](const std::string& time) {
        return "timed out waiting for available connection (waited " + time + ")";
    };
    CAF_CHECK_EQUAL(why, (std::vector{waited("1s"), waited("2s"), waited("30s"), waited("30s")}));
}

CAF_TEST(a limit ends with the wait) {
    open_pool_of(1);
    ask(pool, "r-0");
    const auto ann = caller();
    say(ann, acquire_session{"ann", 2s});
    const auto bob = caller();
    say(bob, acquire_session{"bob", 2s});
    consume_messages();
    kill(bob);
    after(1s);
    finish(0);
    after(5s);
    CAF_REQUIRE_EQUAL(granted.size(), 1u);
    CAF_CHECK(granted.at(0).ok());
    CAF_CHECK_EQUAL(status().leased, 1u);
}

CAF_TEST(a holder that was dead before it was heard holds nothing) {
    open_pool_of(1);
    const auto ann = caller();
    kill(ann);
    say(ann, acquire_session{"ann"});
    consume_messages();
    CAF_CHECK_EQUAL(status().leased, 0u);
    service.at(0).answer_check();
    consume_messages();
    ask(pool, "r-0");
    say(ann, acquire_session{"ann"});
    consume_messages();
    CAF_CHECK_EQUAL(status().waiting, 0u);
    finish(0);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(many holders that died leave the next session to who lives) {
    open_pool_of(1);
    ask(pool, "r-0");
    for (int i = 0; i < 50'000; ++i) {
        const auto dead = sys.spawn(
            [](caf::event_based_actor*) -> caf::behavior { return {[](const lease_granted&) {}}; });
        say(dead, acquire_session{"dead"});
        caf::anon_send_exit(dead, caf::exit_reason::kill);
    }
    ask(pool, "r-1");
    finish(0);
    CAF_CHECK_EQUAL(sent(0), (ids{"r-0", "r-1"}));
}

CAF_TEST(the requests of callers that die are counted whether they wait or run) {
    open_pool_of(1);
    const auto ann = caller();
    for (const auto* id : {"r-0", "r-1"})
        say(ann, request_of(id));
    consume_messages();
    kill(ann);
    say(ann, request_of("r-2"));
    consume_messages();
    for (int i = 0; i < 3; ++i)
        finish(0);
    CAF_CHECK_EQUAL(ended(), 3u);
    CAF_CHECK_EQUAL(status().available, 1u);
    CAF_CHECK_EQUAL(results.size(), 0u);
}

CAF_TEST(a holder has one monitor while it waits or holds anything) {
    open_pool_of(2);
    const auto ann = caller();
    const auto bob = caller();
    for (const auto& each : {ann, bob})
        for (int i = 0; i < 2; ++i)
            say(each, acquire_session{"either"});
    consume_messages(); // One has both sessions, the other waits for them.
    CAF_CHECK_EQUAL(monitors_on(ann), 1u);
    CAF_CHECK_EQUAL(monitors_on(bob), 1u);
}

CAF_TEST(a holder that waits and holds nothing has no monitor) {
    open_pool_of(1);
    const auto ann = caller();
    const auto bob = caller();
    for (int i = 0; i < 10; ++i) {
        say(ann, acquire_session{"ann"});
        consume_messages();
        say(bob, acquire_session{"bob"}); // In vain.
        consume_messages();
        after(30s);
        say(ann, release_session{granted[2 * static_cast<std::size_t>(i)].lease});
        consume_messages();
    }
    CAF_CHECK_EQUAL(status().available, 1u);
    CAF_CHECK_EQUAL(monitors_on(ann), 0u);
    CAF_CHECK_EQUAL(monitors_on(bob), 0u);
}

CAF_TEST(callers of another node are served and forgotten like local ones) {
    open_pool_of(1);
    int received = 0;
    caf::actor_config config;
    auto remote = caf::make_actor<remote_actor, caf::strong_actor_ptr>(
        7, caf::make_node_id(1, std::string(40, 'a')).value_or(caf::node_id{}), &sys, config,
        &received);
    say(remote, request_of("r-0"));
    say(remote, request_of("r-1"));
    say(remote, acquire_session{"remote"});
    consume_messages();
    finish(0);
    CAF_CHECK_EQUAL(received, 1);
    caf::actor_cast<remote_actor*>(remote)->kill_proxy(nullptr, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(status().waiting, 0u);
    finish(0);
    CAF_CHECK_EQUAL(ended(), 2u);
    CAF_CHECK_EQUAL(status().available, 1u);
}

CAF_TEST(a pool that is killed leaves no session behind and answers what it has) {
    open_pool_of(2);
    service.at(1).answers_close = false;
    for (const auto* id : {"r-0", "r-1", "r-2"})
        ask(pool, id);
    const auto ann = caller();
    say(ann, acquire_session{"ann"});
    consume_messages();
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    for (const auto* id : {"r-0", "r-1", "r-2"})
        CAF_CHECK_EQUAL(code_of(id), "poolFailed");
    CAF_CHECK_EQUAL(granted.size(), 1u);
    CAF_CHECK(!granted.at(0).ok());
    CAF_CHECK(service.at(0).close_asked);
    CAF_CHECK(service.at(1).close_asked);
    CAF_CHECK(!service.at(0).lives());
    pool = nullptr;
}

CAF_TEST_FIXTURE_SCOPE_END()
