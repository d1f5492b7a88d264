#include "tests/actors/cluster/requests/remote_pool_fixture.hpp"
#include "tests/actors/live_source.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#define CAF_SUITE remote_pool

using namespace avatar;
using namespace avatar::tests;
using namespace std::chrono_literals;

namespace {

/// Acquires a session and keeps what it was granted; asks with it.
using holder_actor =
    caf::typed_actor<caf::reacts_to<acquire_session>, caf::reacts_to<audio_request>,
                     caf::reacts_to<release_session>>;

struct holder_log {
    std::vector<lease_granted> granted;
    std::vector<audio_result> results;
};

holder_actor::behavior_type holder(holder_actor::pointer self, pool_actor pool, holder_log* log) {
    return {
        [=](const acquire_session& question) {
            self->request(pool, caf::infinite, question)
                .then([=](const lease_granted& is) { log->granted.push_back(is); },
                      [](const caf::error&) {});
        },
        [=](const audio_request& request) {
            self->request(pool, caf::infinite, request)
                .then([=](const audio_result& is) { log->results.push_back(is); },
                      [](const caf::error&) {});
        },
        [=](const release_session& lease) { self->send(pool, lease); },
    };
}

/// Answers the batch of that number when it is told to.
using slow_sink_actor = frame_sink_actor::extend<caf::reacts_to<std::uint64_t, frame_credit>>;

struct sink_log {
    std::vector<std::string> frames;
    std::vector<caf::typed_response_promise<frame_credit>> owed;
};

slow_sink_actor::behavior_type slow_sink(slow_sink_actor::pointer self, sink_log* log) {
    return {
        [=](const animation_frames& some) {
            for (std::size_t i = 0; i < some.frames.size(); ++i)
                log->frames.emplace_back(some.frames[i]);
            log->owed.push_back(self->make_response_promise<frame_credit>());
            return log->owed.back();
        },
        [=](std::uint64_t batch, const frame_credit& credit) {
            log->owed.at(batch).deliver(credit);
        },
    };
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(remote_pool_tests, remote_pool_fixture)

CAF_TEST(its pools are opened on the nodes) {
    open();
    CAF_REQUIRE_EQUAL(opened.size(), 1u);
    CAF_CHECK_EQUAL(opened[0].connected, 4u);
    CAF_CHECK_EQUAL(nodes[0].service.made(), 2u);
    CAF_CHECK_EQUAL(nodes[1].service.made(), 2u);
    CAF_CHECK_EQUAL(status().connected, 4u);
    CAF_CHECK_EQUAL(status().connections.size(), 4u);
}

CAF_TEST(a request is answered by the session that took it) {
    open();
    ask_pool("r-1");
    CAF_CHECK_EQUAL(std::string(with("r-1").audio.bytes()), "speech");
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK_EQUAL(result_of("r-1").frames, 3u);
    CAF_CHECK(result_of("r-1").connection_id.find("c-") == 0);
    check_ledger();
}

CAF_TEST(requests go to the node with the least under way) {
    open();
    for (const auto id : {"r-1", "r-2", "r-3", "r-4"})
        ask_pool(id);
    std::map<std::size_t, int> of_node;
    for (const auto id : {"r-1", "r-2", "r-3", "r-4"})
        ++of_node[node_of(id)];
    CAF_CHECK_EQUAL(of_node[0], 2);
    CAF_CHECK_EQUAL(of_node[1], 2);
    const auto node = node_of("r-1");
    finish("r-1");
    ask_pool("r-5");
    CAF_CHECK_EQUAL(node_of("r-5"), node);
}

CAF_TEST(a long clip arrives whole however often it is sent) {
    open();
    std::string speech(700'000, 'a');
    speech[500'000] = 'b';
    for (const auto id : {"r-1", "r-2", "r-3"}) {
        ask_pool(request(id, speech)); // Each in a buffer of its own.
        CAF_CHECK(with(id).audio.bytes() == speech);
        finish(id);
    }
    speech[1] = 'c';
    ask_pool(request("r-4", speech));
    CAF_CHECK(with("r-4").audio.bytes() == speech);
}

CAF_TEST(a failure of the service is that of the request) {
    open();
    ask_pool("r-1");
    with("r-1").die(protocol::failure_code::credits_exhausted, "no credits");
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "creditsExhausted");
    check_ledger();
}

CAF_TEST(frames come back under the credit of their sink) {
    open();
    sink_log log;
    const auto& [frames, owed] = log;
    const auto sink = sys.spawn(slow_sink, &log);
    const auto grant = [&](std::uint64_t batch, frame_credit credit) {
        caf::anon_send(sink, batch, credit);
        consume_messages();
    };
    auto asked = request("r-1");
    asked.sink = sink;
    asked.window = {5, 10'000};
    ask_pool(asked);
    auto& connection = with("r-1");
    CAF_CHECK(connection.credit == (frame_credit{5, 10'000}));
    connection.send_frames(frame_batch("onetwo", {3, 6}));
    consume_messages();
    CAF_CHECK(frames == (std::vector<std::string>{"one", "two"}));
    CAF_CHECK(connection.credit == (frame_credit{5, 10'000}));
    CAF_REQUIRE_EQUAL(owed.size(), 1u);
    grant(0, {2, 6});
    CAF_CHECK(connection.credit == (frame_credit{7, 10'006}));
    connection.send_frames(frame_batch(std::string(600'000, 'x'), {300'000, 600'000}));
    consume_messages();
    CAF_CHECK_EQUAL(frames.size(), 4u); // In parts that cross.
    CAF_REQUIRE_EQUAL(owed.size(), 3u);
    grant(1, {1, 300'000});
    CAF_CHECK(connection.credit == (frame_credit{7, 10'006}));
    grant(2, {1, 300'000});
    CAF_CHECK(connection.credit == (frame_credit{9, 610'006}));
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    caf::anon_send_exit(sink, caf::exit_reason::kill);
}

CAF_TEST(a frame that no link takes fails its request) {
    open();
    const auto sink = sys.spawn([]() -> frame_sink_actor::behavior_type {
        return {[](const animation_frames&) { return frame_credit{1, 1}; }};
    });
    auto asked = request("r-1");
    asked.sink = sink;
    ask_pool(asked);
    with("r-1").send_frames(frame_batch(std::string(800'000, 'x'), {800'000}));
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "protocolError");
    caf::anon_send_exit(sink, caf::exit_reason::kill);
}

CAF_TEST(a source on this node is asked for what the other node sends) {
    open();
    source_log log;
    const auto source = sys.spawn(live_source, &log);
    auto asked = request("r-1");
    asked.audio = {};
    asked.source = source;
    ask_pool(asked);
    auto& connection = with("r-1");
    CAF_REQUIRE_EQUAL(log.asked.size(), 1u);
    CAF_CHECK_EQUAL(log.asked[0], "r-1");
    CAF_CHECK(log.first[0]);
    const std::string long_piece(600'000, 'p');
    caf::anon_send(source, std::uint64_t{0}, audio_piece{long_piece, false});
    consume_messages();
    CAF_REQUIRE_EQUAL(connection.pieces.size(), 1u);
    CAF_CHECK(connection.pieces[0] == long_piece);
    CAF_CHECK_EQUAL(log.asked.size(), 1u);
    connection.take_piece();
    consume_messages();
    CAF_REQUIRE_EQUAL(log.asked.size(), 2u);
    CAF_CHECK(!log.first[1]);
    caf::anon_send(source, std::uint64_t{1}, audio_piece{"", true});
    consume_messages();
    CAF_CHECK(connection.audio_ended);
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    caf::anon_send_exit(source, caf::exit_reason::kill);
}

CAF_TEST(a source that fails cancels its request) {
    open();
    source_log log;
    const auto source = sys.spawn(live_source, &log);
    auto asked = request("r-1");
    asked.audio = {};
    asked.source = source;
    ask_pool(asked);
    caf::anon_send(source, std::uint64_t{0},
                   caf::make_error(caf::sec::runtime_error, std::string("no voice")));
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK(describe(result_of("r-1").failure).find("no voice") != std::string::npos);
    caf::anon_send_exit(source, caf::exit_reason::kill);
}

CAF_TEST(sinks and sources that end take their requests with them) {
    open();
    source_log log;
    const auto source = sys.spawn(live_source, &log);
    const auto sink = sys.spawn([]() -> frame_sink_actor::behavior_type {
        return {[](const animation_frames&) { return frame_credit{1, 1}; }};
    });
    auto spoken = request("spoken");
    spoken.audio = {};
    spoken.source = source;
    ask_pool(spoken);
    auto seen = request("seen");
    seen.sink = sink;
    ask_pool(seen);
    ask_pool("other");
    caf::anon_send_exit(source, caf::exit_reason::kill);
    caf::anon_send_exit(sink, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(code_of("spoken"), "requestInterrupted");
    CAF_CHECK_EQUAL(code_of("seen"), "requestCancelled");
    finish("other");
    CAF_CHECK(result_of("other").ok());
    check_ledger();
}

CAF_TEST(an interrupt counts from who sent the request) {
    open();
    const auto caller = sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
        self->request(pool_actor(pool), caf::infinite, request("r-1"))
            .then([this](audio_result& is) { results.push_back(std::move(is)); },
                  [](const caf::error&) {});
        return {[self, this](interrupt_request which) { self->send(pool_actor(pool), which); }};
    });
    consume_messages();
    caf::anon_send(pool_actor(pool), interrupt_request{"r-1"});
    consume_messages();
    CAF_CHECK(results.empty());
    caf::anon_send(caller, interrupt_request{"r-1"});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestInterrupted");
    caf::anon_send_exit(caller, caf::exit_reason::kill);
}

CAF_TEST(a session that was acquired takes the requests of its holder) {
    open();
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    CAF_REQUIRE_EQUAL(log.granted.size(), 1u);
    CAF_REQUIRE(log.granted[0].ok());
    auto mine = request("mine");
    mine.lease = log.granted[0].lease;
    ask_pool(mine); // Of somebody else.
    CAF_CHECK_EQUAL(code_of("mine"), "leaseLost");
    for (const auto id : {"a", "b"}) {
        mine.request_id = id;
        caf::anon_send(who, mine);
        consume_messages();
        const auto node = log.granted[0].connection_id.substr(2, 1);
        CAF_CHECK_EQUAL(std::to_string(node_of(id)), node);
        finish(id);
    }
    CAF_CHECK_EQUAL(log.results.size(), 2u);
    CAF_CHECK_EQUAL(log.results[0].connection_id, log.granted[0].connection_id);
    CAF_CHECK_EQUAL(status().leased, 1u);
    caf::anon_send(who, release_session{log.granted[0].lease});
    consume_messages();
    CAF_CHECK_EQUAL(status().leased, 0u);
    mine.request_id = "late";
    caf::anon_send(who, mine);
    consume_messages();
    CAF_CHECK_EQUAL(std::string(to_string(log.results.back().failure.code)), "leaseLost");
    caf::anon_send_exit(who, caf::exit_reason::kill);
}

CAF_TEST(what a holder that ends has acquired is free again) {
    settings.size = 1;
    open(1);
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    CAF_REQUIRE_EQUAL(log.granted.size(), 1u);
    ask_pool("waits");
    CAF_CHECK(is_nowhere("waits"));
    caf::anon_send_exit(who, caf::exit_reason::kill);
    consume_messages();
    finish("waits");
    CAF_CHECK(result_of("waits").ok());
}

CAF_TEST(what is granted to a holder that has ended is free again) {
    settings.size = 1;
    open(1);
    holder_log log;
    const auto first = sys.spawn(holder, pool_actor(pool), &log);
    const auto second = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(first, acquire_session{"first"});
    consume_messages();
    caf::anon_send(second, acquire_session{"second"}); // Waits there.
    consume_messages();
    caf::anon_send_exit(second, caf::exit_reason::kill);
    consume_messages();
    ask_pool("waits");
    caf::anon_send(first, release_session{log.granted.at(0).lease});
    consume_messages();
    finish("waits");
    CAF_CHECK(result_of("waits").ok());
    CAF_CHECK_EQUAL(status().leased, 0u);
    caf::anon_send_exit(first, caf::exit_reason::kill);
}

CAF_TEST(a lease is over when its node is lost) {
    open();
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    CAF_REQUIRE_EQUAL(log.granted.size(), 1u);
    end(nodes[log.granted[0].connection_id[2] == '0' ? 0 : 1]);
    auto mine = request("mine");
    mine.lease = log.granted[0].lease;
    caf::anon_send(who, mine);
    consume_messages();
    CAF_REQUIRE_EQUAL(log.results.size(), 1u);
    CAF_CHECK_EQUAL(std::string(to_string(log.results[0].failure.code)), "leaseLost");
    caf::anon_send_exit(who, caf::exit_reason::kill);
}

CAF_TEST(requests of a node that is lost fail and others go on) {
    open();
    for (const auto id : {"r-1", "r-2", "r-3", "r-4"})
        ask_pool(id);
    const auto lost = node_of("r-1");
    end(nodes[lost]);
    for (const auto id : {"r-1", "r-2", "r-3", "r-4"})
        if (std::ranges::any_of(results, [&](const auto& is) { return is.request_id == id; }))
            CAF_CHECK_EQUAL(code_of(id), "nodeLost");
        else
            finish(id);
    CAF_CHECK_EQUAL(std::ranges::count_if(results, [](const auto& is) { return is.ok(); }), 2);
    CAF_CHECK_EQUAL(results.size(), 4u);
    ask_pool("r-5");
    CAF_CHECK_EQUAL(node_of("r-5"), 1 - lost);
    finish("r-5");
    check_ledger();
}

CAF_TEST(with retry_accepted a request without frames goes to another node) {
    settings.retry_accepted = true;
    open();
    ask_pool("r-1");
    const auto lost = node_of("r-1");
    end(nodes[lost]);
    CAF_CHECK_EQUAL(node_of("r-1"), 1 - lost);
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    check_ledger();
}

CAF_TEST(a node that is back takes requests again) {
    open();
    end(nodes[0]);
    start(nodes[0]);
    after(2s);
    confirm_all();
    after(1s);
    ask_pool("r-1");
    ask_pool("r-2");
    CAF_CHECK(node_of("r-1") != node_of("r-2"));
}

CAF_TEST(without a node that is up requests fail at once) {
    open();
    end(nodes[0]);
    end(nodes[1]);
    ask_pool("r-1");
    CAF_CHECK_EQUAL(code_of("r-1"), "serviceDown");
    check_ledger();
}

CAF_TEST(a node whose pool has failed comes back with another) {
    settings.max_restarts = 0;
    open();
    ask_pool("r-1");
    const auto broken = node_of("r-1");
    for (std::size_t i = 0; i < nodes[broken].service.made(); ++i)
        nodes[broken].service.at(i).throws_on_send = true;
    for (const auto id : {"r-2", "r-3", "r-4"})
        ask_pool(id); // One of them meets broken code.
    after(10s);
    confirm_all();
    after(1s);
    for (const auto id : {"r-5", "r-6", "r-7", "r-8"})
        ask_pool(id);
    CAF_CHECK_GREATER_OR_EQUAL(nodes[broken].service.made(), 4u); // One was replaced before.
    std::size_t there = 0;
    for (const auto id : {"r-5", "r-6", "r-7", "r-8"})
        if (!is_nowhere(id))
            there += node_of(id) == broken;
    CAF_CHECK_EQUAL(there, 2u);
}

CAF_TEST(more than may be under way is refused) {
    settings.size = 1;
    settings.max_waiting = 100'000;
    open(1);
    for (std::size_t i = 0; i <= most_remote_requests; ++i)
        ask_pool("r-" + std::to_string(i));
    CAF_REQUIRE_EQUAL(results.size(), 1u);
    CAF_CHECK_EQUAL(code_of("r-" + std::to_string(most_remote_requests)), "nodeBusy");
}

CAF_TEST(a worker that stops lets its requests end and gets no more) {
    open();
    ask_pool("r-1");
    const auto stopping = node_of("r-1");
    caf::anon_send(nodes[stopping].endpoint, drain_node{});
    consume_messages();
    for (const auto id : {"r-2", "r-3"}) {
        ask_pool(id);
        CAF_CHECK_EQUAL(node_of(id), 1 - stopping);
        finish(id);
    }
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    CAF_CHECK(has_ended(nodes[stopping].endpoint));
    check_ledger();
}

CAF_TEST(what the pool had under way ends with it on the nodes) {
    open();
    ask_pool("r-1");
    caf::anon_send_exit(pool, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK(is_nowhere("r-1"));
    for (auto& node : nodes)
        for (std::size_t i = 0; i < node.service.made(); ++i)
            CAF_CHECK(node.service.at(i).close_asked);
}

CAF_TEST(a pool that is drained lets its requests end and takes no more) {
    open();
    ask_pool("r-1");
    caf::anon_send(pool_actor(pool), drain_pool{});
    consume_messages();
    ask_pool("r-2");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
    check_ledger();
}

CAF_TEST(a pool that is cancelled fails all that it has) {
    open();
    ask_pool("r-1");
    ask_pool("r-2");
    caf::anon_send(pool_actor(pool), cancel_requests{});
    consume_messages();
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
    check_ledger();
}

CAF_TEST(a pool that is closed answers all and leaves nothing) {
    open();
    ask_pool("r-1");
    int closed = 0;
    sys.spawn([&](caf::event_based_actor* self) {
        self->request(pool_actor(pool), caf::infinite, close_pool{})
            .then([&](pool_closed) { ++closed; }, [](const caf::error&) {});
    });
    consume_messages();
    CAF_CHECK_EQUAL(closed, 1);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK(has_ended(pool));
}

CAF_TEST(an interrupt counts though its node is lost before it comes) {
    settings.retry_accepted = true;
    open();
    const auto caller = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
        return {[this](const audio_result& is) { results.push_back(is); }};
    });
    send_as(caller, pool, request("r-1"));
    consume_messages();
    const auto lost = node_of("r-1");
    send_as(caller, pool, interrupt_request{"r-1"});
    end(nodes[lost]);
    CAF_CHECK(is_nowhere("r-1"));
    CAF_CHECK_EQUAL(code_of("r-1"), "requestInterrupted");
    caf::anon_send_exit(caller, caf::exit_reason::kill);
}

CAF_TEST(a source that ends after its last audio leaves the request alone) {
    open();
    source_log log;
    const auto source = sys.spawn(live_source, &log);
    auto asked = request("r-1");
    asked.audio = {};
    asked.source = source;
    ask_pool(asked);
    caf::anon_send(source, std::uint64_t{0}, audio_piece{"all", true});
    sched.run_once(); // Its last audio is on the way.
    caf::anon_send_exit(source, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK(results.empty());
    CAF_CHECK(with("r-1").audio_ended);
    finish("r-1");
    CAF_CHECK(result_of("r-1").ok());
}

CAF_TEST(a request whose sink has ended fails though another one with it is not over) {
    open();
    const auto sink = sys.spawn([]() -> frame_sink_actor::behavior_type {
        return {[](const animation_frames&) { return frame_credit{1, 1}; }};
    });
    auto asked = request("r-1");
    asked.sink = sink;
    ask_pool(asked);
    caf::anon_send_exit(sink, caf::exit_reason::kill);
    sched.run_once(); // Its end is known to the pool next, and not yet to the node.
    asked.request_id = "r-2";
    ask_pool(asked);
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_CHECK_EQUAL(code_of("r-2"), "requestCancelled");
}

CAF_TEST(a lease ends with its time though nobody releases it) {
    settings.max_lease = 20s;
    open();
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    after(1s);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    CAF_REQUIRE_EQUAL(log.granted.size(), 2u);
    for (int i = 0; i < 19; ++i)
        after(1s);
    CAF_CHECK_EQUAL(status().leased, 1u);
    after(1s);
    CAF_CHECK_EQUAL(status().leased, 0u);
    caf::anon_send_exit(who, caf::exit_reason::kill);
}

CAF_TEST(a lease whose connection was lost is not held any more) {
    open(1);
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    consume_messages();
    CAF_REQUIRE_EQUAL(log.granted.size(), 1u);
    for (std::size_t i = 0; i < settings.size; ++i)
        nodes[0].service.at(i).die(protocol::failure_code::connection_closed, "gone");
    consume_messages();
    auto mine = request("mine");
    mine.lease = log.granted[0].lease;
    caf::anon_send(who, mine);
    consume_messages();
    CAF_REQUIRE_EQUAL(log.results.size(), 1u);
    CAF_CHECK_EQUAL(std::string(to_string(log.results[0].failure.code)), "leaseLost");
    CAF_CHECK_EQUAL(status().leased, 0u);
    caf::anon_send_exit(who, caf::exit_reason::kill);
}

CAF_TEST(a clip that no node could keep is refused) {
    open();
    ask_pool(request("r-1", std::string(most_clip_bytes + 1, 'x')));
    CAF_CHECK_EQUAL(code_of("r-1"), "invalidRequest");
    CAF_CHECK_EQUAL(status().connected, 4u);
    check_ledger();
}

CAF_TEST(a short clip of many pieces arrives whole) {
    open();
    auto asked = request("r-1");
    asked.audio = audio_clip("a", std::vector<std::uint64_t>(200'000, 1), 1ms);
    ask_pool(asked);
    CAF_CHECK(with("r-1").audio == asked.audio);
}

CAF_TEST(nodes that do not close in time leave no question without an answer) {
    const auto share_of = [this](const open_share& order) {
        return sys.spawn(
            [order](request_share_actor::pointer self) -> request_share_actor::behavior_type {
                return {
                    [](const clip_part&) {},
                    [](const begin_round&) {},
                    [=](get_share_progress) {
                        self->send(order.owner, share_opened{order.share, {4, 4, {}, false}});
                    },
                    [](get_share_status) {},
                    [](stop_share) {},
                    [](close_share) {},
                    [](const remote_clip_part&) {},
                    [](const drop_remote_clip&) {},
                    [](const remote_request&) {},
                    [](const interrupt_remote&) {},
                    [](const remote_credit&) {},
                    [](const remote_audio&) {},
                    [](const acquire_remote&) {},
                    [](const release_session&) {},
                };
            });
    };
    request_share_actor deaf;
    const auto endpoint = sys.spawn([&]() -> node_endpoint_actor::behavior_type {
        return {
            [](const node_hello& hello) {
                return node_welcome{hello.wire_version, hello.program_version, 1};
            },
            [&](const open_share& order) {
                deaf = share_of(order);
                return share_accepted{caf::actor_cast<share_actor>(deaf), {}};
            },
        };
    });
    connector = sys.spawn([&]() -> node_connector_actor::behavior_type {
        return {[&](const connect_node&) {
            return node_connected{caf::actor_cast<caf::strong_actor_ptr>(endpoint),
                                  sys.message_types(caf::detail::type_list<node_endpoint_actor>{}),
                                  {}};
        }};
    });
    plan.nodes.push_back({"deaf", 1});
    plan.connector = connector;
    plan.pool = settings;
    pool = sys.spawn(remote_pool, plan);
    caf::anon_send(pool_actor(pool), open_pool{});
    consume_messages();
    holder_log log;
    const auto who = sys.spawn(holder, pool_actor(pool), &log);
    caf::anon_send(who, acquire_session{"who"});
    ask_pool("r-1");
    caf::anon_send(pool_actor(pool), close_pool{});
    consume_messages();
    CAF_CHECK(log.granted.empty());
    after(21s);
    CAF_CHECK(has_ended(pool));
    CAF_CHECK_EQUAL(code_of("r-1"), "requestCancelled");
    CAF_REQUIRE_EQUAL(log.granted.size(), 1u);
    CAF_CHECK_EQUAL(std::string(to_string(log.granted[0].failure.code)), "requestCancelled");
    caf::anon_send_exit(who, caf::exit_reason::kill);
    caf::anon_send_exit(deaf, caf::exit_reason::kill);
    caf::anon_send_exit(endpoint, caf::exit_reason::kill);
}

CAF_TEST(a plan that cannot be used is refused) {
    const auto refused = [](remote_pool_plan plan) {
        try {
            check(plan);
            return false;
        } catch (const std::exception&) {
            return true;
        }
    };
    make_nodes(2);
    CAF_CHECK(!refused(plan));
    auto bad = plan;
    bad.nodes.clear();
    CAF_CHECK(refused(bad));
    bad = plan;
    bad.connector = node_connector_actor();
    CAF_CHECK(refused(bad));
    bad = plan;
    bad.pool.size = 1;
    CAF_CHECK(refused(bad));
    auto wide = plan; // As much as one node may have, on each.
    wide.pool.size = 2'000'000;
    CAF_CHECK(!refused(wide));
    wide.pool.size = 2'000'001;
    CAF_CHECK(refused(wide));
    bad = plan;
    bad.pool.connect_rate = 0;
    CAF_CHECK(refused(bad));
}

CAF_TEST_FIXTURE_SCOPE_END()
