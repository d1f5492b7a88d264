#pragma once

#include "messages/actors.hpp"

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace avatar {

/// The actors of one run.
struct run_actors {
    console_actor console;
    stats_actor stats;
    run_pool_actor pool;
    load_driver_actor driver;    ///< May be the same actor as the pool.
    result_feed_actor results{}; ///< Null: nobody else hears them.
};

/// What a run supervisor works with.
struct run_supervisor_plan {
    run_actors actors;
    std::uint64_t audio_bytes = 0; ///< For the console.
    std::uint64_t pool_size = 0;   ///< Likewise.
    caf::actor observer;           ///< Hears `pool_opened` when it comes; may be none.
};

/// A run supervisor's own state: which step of the run is under way, and which of
/// the actors have ended. Each step waits for one actor; it is left when that actor
/// answers or ends.
class run_supervisor_state {
public:
    using self_pointer = run_supervisor_actor::pointer;
    using outcome_promise = caf::typed_response_promise<run_outcome>;

    explicit run_supervisor_state(self_pointer self) : self_(self) {}

    void start(run_supervisor_plan plan);
    outcome_promise on_play(play_run& order);
    void on_stop(stop_run order);
    void on_overdue();
    void on_down(const caf::down_msg& message);

    const char* name = "run_supervisor";

private:
    enum class role : std::uint8_t { console, stats, pool, driver, results };
    static constexpr std::size_t roles = 5;

    enum class step : std::uint8_t {
        opening,
        rounds,
        results,
        figures,
        pool_figures,
        closing,
        flushing
    };

    void open();
    void after_opening();
    void flush_results_of_run();
    void ask_figures();
    void ask_pool_figures();
    void close();
    void flush();
    void finish();
    void dismiss_driver();

    /// The wait needs no time limit: the actor's end is noticed.
    template <class Answer, class Actor, class Question, class Answered>
    void begin(step next, role awaited, const Actor& whom, Question question, Answered answered);
    void end_step(step done);

    caf::actor_addr address_of(role which) const;
    bool note_end(role which); ///< Whether it had ended already.
    void lost(role which, const std::string& why);
    void after_end(role which, const std::string& why);
    void note_loss(role which, const std::string& why);
    void end_soon();
    bool has_ended(role which) const { return ended_[static_cast<std::size_t>(which)]; }
    bool has_lost_one() const { return !outcome_.ended_early.empty(); }

    self_pointer self_;
    run_supervisor_plan plan_;
    outcome_promise promise_;
    run_outcome outcome_;
    step step_ = step::opening;
    role awaited_ = role::pool;
    std::array<bool, roles> ended_{};
    bool driver_is_done_ = false; // Its end is no loss any more, ...
    bool pool_is_closed_ = false; // ... nor is the pool's.
    bool rounds_ended_ = false;   // Stats know how.
};

/// Behaviour that, once told to play, leads the actors of the plan through a run. Any
/// of them may end at any moment: what the others can still report is reported then,
/// and the outcome names the first that ended, and why. All of them are told to exit
/// before the outcome is delivered. One that is stopped at once has its outcome within a second.
run_supervisor_actor::behavior_type
run_supervisor(run_supervisor_actor::stateful_pointer<run_supervisor_state> self,
               run_supervisor_plan plan);

} // namespace avatar
