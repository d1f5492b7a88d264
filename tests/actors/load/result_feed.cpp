#include "actors/load/result_feed.hpp"

#include "actors/actor_end.hpp"
#include "tests/actors/load/round_driver_fixture.hpp"

#include <stdexcept>

#define CAF_SUITE result_feed

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// What a sink heard, and how it behaves.
struct heard {
    std::vector<std::string> results; // Ids, and "flush".
    std::uint64_t frames = 0;
    bool flushes = true;
    bool throws = false;
};

frame_and_result_sink_actor::behavior_type
listen(frame_and_result_sink_actor::stateful_pointer<int> self, heard* to) {
    name_exceptions(self);
    return {
        [=](const audio_result& result) {
            if (to->throws)
                throw std::runtime_error("disk full");
            to->results.push_back(result.request_id);
            if (result.request_id == "quit")
                self->quit();
        },
        [=](flush_results) {
            auto promise = self->make_response_promise<results_flushed>();
            to->results.emplace_back("flush");
            if (to->flushes)
                promise.deliver(results_flushed{});
            return promise;
        },
        [=](const animation_frames& some) {
            to->frames += some.frames.size();
            return frame_credit{some.frames.size(), some.frames.bytes().size()};
        },
    };
}

struct result_feed_fixture : tests::round_driver_fixture {
    ~result_feed_fixture() override {
        caf::anon_send_exit(feed, caf::exit_reason::user_shutdown);
        feed = nullptr;
        results_of_run = nullptr;
        frames_of_run = nullptr;
        wind_down();
    }

    void spawn_feed() {
        const auto one = caf::actor_cast<result_sink_actor>(sys.spawn(listen, &first));
        const auto other = sys.spawn(listen, &second);
        std::vector<named_result_sink> sinks = {{"first", one, {}},
                                                {"second",
                                                 caf::actor_cast<result_sink_actor>(other),
                                                 caf::actor_cast<frame_sink_actor>(other)}};
        feed = sys.spawn(result_feed, std::move(sinks));
        feed->attach_functor([this](const caf::error& why) { end = describe_end(why); });
    }

    void tell(const std::string& id) {
        audio_result result;
        result.request_id = id;
        caf::anon_send(feed, result);
        consume_messages();
    }

    void flush() {
        sys.spawn([this](caf::event_based_actor* caller) {
            caller->request(feed, caf::infinite, flush_results{})
                .then([this](results_flushed) { ++flushed; }, [](const caf::error&) {});
        });
        consume_messages();
    }

    heard first;
    heard second;
    result_feed_actor feed;
    int flushed = 0;
    std::string end = "none";
};

using texts = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(result_feed_tests, result_feed_fixture)

CAF_TEST(all sinks hear every result in order) {
    spawn_feed();
    tell("r-0");
    tell("r-1");
    flush();
    CAF_CHECK_EQUAL(first.results, (texts{"r-0", "r-1", "flush"}));
    CAF_CHECK_EQUAL(second.results, first.results);
    CAF_CHECK_EQUAL(flushed, 1);
    CAF_CHECK_EQUAL(end, "none");
}

CAF_TEST(a sink that throws ends the feed by its name) {
    spawn_feed();
    second.throws = true;
    tell("r-0");
    CAF_CHECK_EQUAL(end, "result sink \"second\": disk full");
}

CAF_TEST(a sink that does not flush ends the feed by its name) {
    spawn_feed();
    first.flushes = false;
    tell("r-0");
    flush();
    after(10s - 1ms);
    CAF_CHECK_EQUAL(end, "none");
    after(1ms);
    CAF_CHECK_EQUAL(end, "result sink \"first\": it has not flushed its results within 10s");
    CAF_CHECK_EQUAL(flushed, 0);
}

CAF_TEST(a last flush is owed even when there is nothing new) {
    spawn_feed();
    second.flushes = false;
    flush();
    CAF_CHECK_EQUAL(flushed, 0);
    after(10s);
    CAF_CHECK_EQUAL(end, "result sink \"second\": it has not flushed its results within 10s");
}

CAF_TEST(a sink that quits ends the feed by its name) {
    spawn_feed();
    tell("quit");
    CAF_CHECK_EQUAL(end, "result sink \"first\": it ended");
}

CAF_TEST(a sink that falls behind ends the feed by its name) {
    spawn_feed();
    first.flushes = false;
    audio_result result;
    for (int i = 0; i < 100'000; ++i) {
        caf::anon_send(feed, result);
        if (i % 1000 == 0)
            consume_messages();
    }
    consume_messages();
    CAF_CHECK_EQUAL(end, "none");
    tell("one more");
    CAF_CHECK_EQUAL(end, "result sink \"first\": it is 100000 results behind");
}

CAF_TEST(a run tells its results and frames) {
    spawn_feed();
    results_of_run = caf::actor_cast<result_sink_actor>(feed);
    frames_of_run = caf::actor_cast<frame_sink_actor>(feed);
    plan.rounds.count = 1;
    plan.rounds.concurrency = 2;
    start();
    service.at(0).send_frames(frame_batch("onetwo", {3, 6}));
    consume_messages();
    finish(0);
    finish(1);
    CAF_CHECK_EQUAL(first.results.size(), 2u);
    CAF_CHECK_EQUAL(first.frames, 0u);
    CAF_CHECK_EQUAL(second.frames, 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
