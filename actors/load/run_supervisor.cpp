#include "actors/load/run_supervisor.hpp"

#include "actors/actor_end.hpp"

#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar {
namespace {

/// For a run that is to end at once: to cancel what it has, and once more to report.
constexpr auto overdue_after = std::chrono::milliseconds(500);

} // namespace

run_supervisor_actor::behavior_type
run_supervisor(run_supervisor_actor::stateful_pointer<run_supervisor_state> self,
               run_supervisor_plan plan) {
    auto& state = self->state;
    state.start(std::move(plan));
    name_exceptions(self);
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    return {
        [&](play_run& order) { return state.on_play(order); },
        [&](stop_run order) { state.on_stop(order); },
        [&](run_overdue) { state.on_overdue(); },
    };
}

void run_supervisor_state::start(run_supervisor_plan plan) {
    plan_ = std::move(plan);
}

run_supervisor_state::outcome_promise run_supervisor_state::on_play(play_run& order) {
    promise_ = self_->make_response_promise<run_outcome>();
    auto promise = promise_;
    const auto& actors = plan_.actors;
    self_->monitor(actors.console);
    self_->monitor(actors.stats);
    self_->monitor(actors.pool);
    self_->monitor(actors.driver);
    if (actors.results)
        self_->monitor(actors.results);
    else
        ended_[static_cast<std::size_t>(role::results)] = true;
    if (order.only_report.empty()) {
        open();
    } else {
        outcome_.ended_early = std::move(order.only_report);
        outcome_.complete = false;
        dismiss_driver();
        ask_figures();
    }
    return promise;
}

// -- the steps ---------------------------------------------------------------------

template <class Answer, class Actor, class Question, class Answered>
void run_supervisor_state::begin(step next, role awaited, const Actor& whom, Question question,
                                 Answered answered) {
    step_ = next;
    awaited_ = awaited;
    if (has_ended(awaited))
        return end_step(next);
    self_->request(whom, caf::infinite, std::move(question))
        .then(
            [this, next, answered](Answer& answer) {
                if (step_ != next)
                    return;
                answered(answer);
                end_step(next);
            },
            [this, awaited](const caf::error& error) {
                if (error != caf::sec::request_receiver_down) // The monitor says why.
                    lost(awaited, describe_end(error));
            });
}

/// What comes after each step.
void run_supervisor_state::end_step(step done) {
    switch (done) {
    case step::opening:
        return after_opening();
    case step::rounds:
        driver_is_done_ = rounds_ended_ = true;
        return flush_results_of_run();
    case step::results:
        return ask_figures();
    case step::figures:
        return ask_pool_figures();
    case step::pool_figures:
        return close();
    case step::closing:
        return flush();
    case step::flushing:
        return finish();
    }
}

void run_supervisor_state::open() {
    self_->send(plan_.actors.console, audio_loaded{plan_.audio_bytes});
    self_->send(plan_.actors.console, pool_opening{plan_.pool_size});
    begin<pool_opened>(step::opening, role::pool, plan_.actors.pool, open_pool{},
                       [this](pool_opened& opened) {
                           outcome_.opened = opened;
                           self_->send(plan_.actors.console, opened);
                           if (plan_.observer)
                               caf::anon_send(plan_.observer, std::move(opened));
                       });
}

void run_supervisor_state::after_opening() {
    if (has_lost_one()) {
        dismiss_driver();
        return ask_figures();
    }
    if (outcome_.opened.connected == 0) {
        dismiss_driver();
        return ask_pool_figures();
    }
    begin<rounds_finished>(step::rounds, role::driver, plan_.actors.driver, run_rounds{},
                           [this](const rounds_finished& end) {
                               if (end.failure && !has_lost_one())
                                   outcome_.ended_early = describe(end.failure);
                           });
}

void run_supervisor_state::flush_results_of_run() {
    begin<results_flushed>(step::results, role::results, plan_.actors.results, flush_results{},
                           [](results_flushed) {});
}

void run_supervisor_state::ask_figures() {
    outcome_.has_report = true;
    begin<run_report>(step::figures, role::stats, plan_.actors.stats, get_run_report{},
                      [this](run_report& report) {
                          outcome_.report = std::move(report);
                          if (outcome_.has_report)
                              self_->send(plan_.actors.console, outcome_.report);
                      });
}

void run_supervisor_state::ask_pool_figures() {
    begin<pool_status>(step::pool_figures, role::pool, plan_.actors.pool, get_pool_status{true},
                       [this](pool_status& pool) {
                           outcome_.report.pool = std::move(pool);
                           if (outcome_.has_report)
                               self_->send(plan_.actors.console, outcome_.report.pool);
                       });
}

void run_supervisor_state::close() {
    if (outcome_.left)
        return flush();
    if (!has_ended(role::pool))
        self_->send(plan_.actors.console, pool_closing{});
    begin<pool_closed>(step::closing, role::pool, plan_.actors.pool, close_pool{},
                       [this](pool_closed closed) {
                           pool_is_closed_ = true;
                           self_->send(plan_.actors.console, closed);
                       });
}

void run_supervisor_state::flush() {
    begin<console_flushed>(step::flushing, role::console, plan_.actors.console, flush_console{},
                           [this](console_flushed flushed) { outcome_.written = flushed.ok; });
}

void run_supervisor_state::finish() {
    const auto& actors = plan_.actors;
    self_->send_exit(actors.console, caf::exit_reason::user_shutdown);
    self_->send_exit(actors.stats, caf::exit_reason::user_shutdown);
    self_->send_exit(actors.pool, caf::exit_reason::user_shutdown);
    self_->send_exit(actors.driver, caf::exit_reason::user_shutdown);
    if (actors.results)
        self_->send_exit(actors.results, caf::exit_reason::user_shutdown);
    outcome_.report.ended_early = outcome_.ended_early;
    outcome_.report.connection_failures = outcome_.opened.failures;
    if (!rounds_ended_)
        outcome_.report.interrupted = outcome_.left || outcome_.opened.cancelled;
    promise_.deliver(std::move(outcome_));
    self_->quit();
}

/// It has no rounds to play.
void run_supervisor_state::dismiss_driver() {
    driver_is_done_ = true;
    if (address_of(role::driver) != address_of(role::pool))
        self_->send_exit(plan_.actors.driver, caf::exit_reason::user_shutdown);
}

// -- when the user ends the run --------------------------------------------------------

void run_supervisor_state::on_stop(stop_run order) {
    if (!driver_is_done_)
        self_->send(plan_.actors.driver, stop_rounds{order.at_once});
    if (!order.at_once || std::exchange(outcome_.left, true))
        return;
    self_->delayed_send(self_, overdue_after, run_overdue{});
    if (step_ == step::closing)
        flush();
}

/// Who is asked does not answer: the console while nobody reads its output, a node that is
/// lost. The figures so far are those of the report.
void run_supervisor_state::on_overdue() {
    if (step_ >= step::figures)
        return finish();
    outcome_.complete = false;
    self_->delayed_send(self_, overdue_after, run_overdue{});
    ask_figures();
}

// -- when an actor ends ------------------------------------------------------------

void run_supervisor_state::on_down(const caf::down_msg& message) {
    // One actor may have two roles: it has ended in both before either is acted on.
    std::vector<role> gone;
    for (const auto each : {role::console, role::stats, role::driver, role::pool, role::results})
        if (address_of(each) == message.source && !note_end(each))
            gone.push_back(each);
    for (const auto each : gone)
        after_end(each, describe_end(message.reason));
}

caf::actor_addr run_supervisor_state::address_of(role which) const {
    const auto& actors = plan_.actors;
    switch (which) {
    case role::console:
        return actors.console.address();
    case role::stats:
        return actors.stats.address();
    case role::pool:
        return actors.pool.address();
    case role::driver:
        return actors.driver.address();
    case role::results:
        return actors.results ? actors.results.address() : caf::actor_addr();
    }
    return {};
}

bool run_supervisor_state::note_end(role which) {
    return std::exchange(ended_[static_cast<std::size_t>(which)], true);
}

void run_supervisor_state::lost(role which, const std::string& why) {
    if (!note_end(which))
        after_end(which, why);
}

void run_supervisor_state::after_end(role which, const std::string& why) {
    const bool expected =
        (which == role::driver && driver_is_done_) || (which == role::pool && pool_is_closed_);
    if (!expected)
        note_loss(which, why);
    if (which == awaited_)
        end_step(step_);
    else if (!expected)
        end_soon();
}

/// The first one counts: others may have ended because of it.
void run_supervisor_state::note_loss(role which, const std::string& why) {
    constexpr std::array<std::string_view, roles> names = {"console", "stats actor", "pool",
                                                           "round driver", "result feed"};
    if (!has_lost_one())
        outcome_.ended_early =
            which == role::results
                ? why // It names the sink that is to blame.
                : "the " + std::string(names[static_cast<std::size_t>(which)]) + " ended: " + why;
    if (which != role::console && which != role::results && step_ <= step::pool_figures)
        outcome_.complete = false;
}

/// What is under way may end, as long as the pool's drain timeout allows.
void run_supervisor_state::end_soon() {
    if (step_ == step::opening)
        self_->send(plan_.actors.pool, drain_pool{});
    else if (step_ == step::rounds)
        self_->send(plan_.actors.driver, stop_rounds{});
}

} // namespace avatar
