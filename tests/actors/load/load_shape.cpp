// Rounds whose requests start when an actor says so.
#include "tests/actors/load/round_driver_fixture.hpp"

#include <stdexcept>

#define CAF_SUITE load_shape

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct load_shape_fixture : tests::round_driver_fixture {
    /// Of one round, on a shape that does that with each question.
    template <class OnQuestion>
    void start_with(OnQuestion on_question) {
        plan.rounds.count = 1;
        plan.shape =
            sys.spawn([=](load_shape_actor::pointer self) -> load_shape_actor::behavior_type {
                self->set_exception_handler([](std::exception_ptr&) {
                    return caf::make_error(caf::sec::runtime_error, "broken");
                });
                return {[=](const next_start& asked) { return on_question(self, asked); }};
            });
        plan.shape_name = "mine";
        start();
    }

    std::uint64_t entered() { return status().requests.entered; }

    std::string failure_of_run() {
        CAF_REQUIRE_EQUAL(answers.size(), 1u);
        return describe(answers[0].failure);
    }

    std::vector<next_start> asked;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(load_shape_tests, load_shape_fixture)

CAF_TEST(requests start when the shape says) {
    start_with([this](auto*, const next_start& q) {
        asked.push_back(q);
        constexpr nanoseconds at[] = {0ms, 100ms, 100ms, 250ms};
        return q.request < 4 ? start_time{at[q.request]} : start_time{{}, true};
    });
    CAF_CHECK_EQUAL(entered(), 1u);
    after(99ms);
    CAF_CHECK_EQUAL(entered(), 1u);
    after(1ms);
    CAF_CHECK_EQUAL(entered(), 3u);
    after(150ms);
    CAF_CHECK_EQUAL(entered(), 4u);
    finish_round();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 4u);
    CAF_CHECK(failure_of_run().find("extension") == std::string::npos);
    CAF_REQUIRE_EQUAL(asked.size(), 5u);
    CAF_CHECK_EQUAL(asked[4].round, 1u);
    CAF_CHECK_EQUAL(asked[4].request, 4u);
    CAF_CHECK_EQUAL(asked[4].previous, nanoseconds(250ms));
}

CAF_TEST(every round begins anew) {
    plan.rounds.interval = 1s;
    start_with([](auto*, const next_start& q) {
        return q.request < 2 ? start_time{q.previous + 1s} : start_time{{}, true};
    });
    CAF_CHECK_EQUAL(entered(), 0u);
    after(2s);
    CAF_CHECK_EQUAL(entered(), 2u);
}

CAF_TEST(no request starts before the one before) {
    start_with([](auto*, const next_start& q) {
        constexpr nanoseconds at[] = {2s, 1s};
        return q.request < 2 ? start_time{at[q.request]} : start_time{{}, true};
    });
    after(1s);
    CAF_CHECK_EQUAL(entered(), 0u);
    after(1s);
    CAF_CHECK_EQUAL(entered(), 2u);
    finish(0);
    finish(1);
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 2u);
}

CAF_TEST(a shape without requests ends its round at once) {
    start_with([](auto*, const next_start&) { return start_time{{}, true}; });
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    CAF_CHECK_EQUAL(ended[0].ok, 0u);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST(a shape that throws ends the run by its name) {
    start_with([](auto*, const next_start& q) -> start_time {
        if (q.request == 1)
            throw std::runtime_error("broken");
        return {};
    });
    CAF_CHECK_EQUAL(answers.size(), 0u); // The first request still runs.
    finish(0);
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": broken");
    CAF_CHECK_EQUAL(ended[0].ok, 1u);
}

CAF_TEST(a shape that never answers ends the run by its name) {
    start_with([](auto* self, const next_start&) {
        return self->template make_response_promise<start_time>();
    });
    after(10s - 1ms);
    CAF_CHECK_EQUAL(answers.size(), 0u);
    after(1ms);
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": it has not answered within 10s");
}

CAF_TEST(each question has its own time) {
    start_with([](auto* self, const next_start& q) {
        auto promise = self->template make_response_promise<start_time>();
        if (q.request == 0)
            promise.deliver(start_time{9s});
        return promise;
    });
    after(9s);
    after(1s); // The alarm of the first question; the second was asked a second ago.
    CAF_CHECK_EQUAL(answers.size(), 0u);
    after(9s);
    finish(0);
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": it has not answered within 10s");
}

CAF_TEST(a shape that ends between rounds ends the run) {
    plan.rounds.interval = 1h;
    plan.rounds.count = 2;
    plan.shape = sys.spawn([](load_shape_actor::pointer) -> load_shape_actor::behavior_type {
        return {[](const next_start&) { return start_time{{}, true}; }};
    });
    plan.shape_name = "mine";
    start();
    CAF_REQUIRE_EQUAL(ended.size(), 1u);
    caf::anon_send_exit(plan.shape, caf::exit_reason::kill);
    consume_messages();
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": exit_reason(kill)");
}

CAF_TEST(a shape that quits ends the run by its name) {
    start_with([](auto* self, const next_start&) {
        self->quit();
        return start_time{1s};
    });
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": it ended");
}

CAF_TEST(a start out of bounds ends the run by its name) {
    start_with([](auto*, const next_start&) { return start_time{-1ns}; });
    CAF_CHECK_EQUAL(failure_of_run(), "load shape \"mine\": it answered a start -1 ns after the "
                                      "round's: expected from 0 to a year");
}

CAF_TEST(requests without end are bounded) {
    settings.max_waiting = 10; // The others fail at once.
    plan.max_requests = 1'000;
    start_with([](auto*, const next_start&) { return start_time{}; });
    finish(0);
    for (int i = 0; i < 6 && answers.empty(); ++i)
        finish_round();
    CAF_CHECK_EQUAL(failure_of_run(),
                    "load shape \"mine\": it asks for more than 1000 requests in a round");
}

CAF_TEST(a run that is stopped asks its shape no more) {
    start_with([this](auto*, const next_start& q) {
        asked.push_back(q);
        return start_time{q.previous + 1s};
    });
    after(2s);
    caf::anon_send(driver, stop_rounds{});
    consume_messages();
    after(11s);
    CAF_CHECK_EQUAL(asked.size(), 3u);
    CAF_CHECK_EQUAL(answers.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
