#pragma once

#include "actors/load/arrival_schedule.hpp"
#include "actors/load/load_shape_client.hpp"
#include "actors/load/round_driver_plan.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

/// A round driver's own state: the round that runs, or the pause before the
/// next one.
class round_driver_state : public load_shape_listener {
public:
    using self_pointer = round_driver_actor::pointer;
    using finished_promise = caf::typed_response_promise<rounds_finished>;

    explicit round_driver_state(self_pointer self) : self_(self) {}

    void start(round_driver_links links, round_driver_plan plan);

    finished_promise on_run();
    void on_stop(stop_rounds order);
    void on_next_round();
    void on_begin(const begin_round& order);
    void on_result(audio_result& result);
    void on_down(const caf::down_msg& message);
    void on_shape_overdue();
    void on_arrival_due(const arrival_due& timer);
    void on_interrupts_due(const interrupts_due& timer);
    void on_tell_progress(const tell_progress& timer);

    const char* name = "round_driver";

private:
    using time_point = caf::actor_clock::time_point;

    enum class phase {
        asking_pool, ///< Before the first round, and as each begins.
        in_round,
        between_rounds,
    };

    /// A request, and when it is interrupted if it is not over by then.
    struct interruption {
        std::string request_id;
        time_point due;
    };

    /// The counters of one round.
    struct running_round {
        std::uint64_t number = 0; ///< From 1.
        time_point started;
        arrival_schedule arrivals;
        std::uint64_t open = 0; ///< Requests without a result.
        std::uint64_t ok = 0;
        std::uint64_t failed = 0;
        std::uint64_t interrupted = 0;
        std::uint64_t cancelled = 0;
        bool cut_short = false;              ///< Not all of its requests were sent and ended.
        std::vector<std::string> errors;     ///< The first few.
        std::deque<interruption> interrupts; ///< Where the plan asks for them; oldest first.
    };

    // From the load shape.
    void on_next_start(nanoseconds after) override;
    void on_no_start() override;
    void on_shape_failed(const protocol::failure& why) override;

    template <class Question, class Answered>
    void ask_pool(Question question, Answered answered);
    void plan_rounds();
    void on_pool_failed(pool_failed& reason);
    void ask_pool_and_begin();
    arrival_schedule schedule(time_point start) const;
    void start_requests(const pool_status& pool);
    void send_due_requests();
    void send_request(time_point start, time_point present);
    void count(audio_result& result);
    void on_pool_lost(const caf::error& reason);
    void finish_round_if_done();
    void stop_arrivals();
    void finish_round();
    void finish();
    bool has_done_all() const;

    nanoseconds since_start(time_point when) const { return when - started_; }
    time_point now() const { return self_->clock().now(); }

    self_pointer self_;
    round_driver_links links_;
    round_driver_plan plan_;
    finished_promise finished_;
    time_point started_;
    running_round round_;
    round_load load_; // Of each round; of the one that runs, where it was told.
    phase phase_ = phase::asking_pool;
    bool stopped_ = false;
    std::optional<load_shape_client> shape_; // Says when requests start, where the plan has one.
    protocol::failure failure_;              // Why the rounds cannot go on.
};

/// Behaviour that, once told to run, sends `plan.rounds.count` rounds of
/// requests to the pool: the requests of a round all at once, each round
/// `interval` after the end of the one before; or, where the plan says so, each when it is
/// told to. It ends after `rounds_finished`. A
/// pool that ends meanwhile ends the rounds; requests that it had count as failed.
/// It ends at once when links or plan cannot be used; `spawn_round_driver` refuses them.
round_driver_actor::behavior_type
round_driver(round_driver_actor::stateful_pointer<round_driver_state> self,
             round_driver_links links, round_driver_plan plan);

} // namespace avatar
