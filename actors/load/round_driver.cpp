#include "actors/load/round_driver.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"
#include "protocol/request_id.hpp"
#include "transport/logger.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace avatar {
namespace {

audio_result failed_with(const protocol::failure& why) {
    audio_result result;
    result.failure = why;
    return result;
}

} // namespace

round_driver_actor::behavior_type
round_driver(round_driver_actor::stateful_pointer<round_driver_state> self,
             round_driver_links links, round_driver_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    check(links);
    check(plan);
    state.start(std::move(links), std::move(plan));
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    // CAF tries them in this order: what comes with every request stands first.
    return {
        [&](audio_result& result) { state.on_result(result); },
        [&](run_rounds) { return state.on_run(); },
        [&](stop_rounds order) { state.on_stop(order); },
        [&](const begin_round& order) { state.on_begin(order); },
        [&](next_round) { state.on_next_round(); },
        [&](const arrival_due& timer) { state.on_arrival_due(timer); },
        [&](const interrupts_due& timer) { state.on_interrupts_due(timer); },
        [&](shape_overdue) { state.on_shape_overdue(); },
        [&](const tell_progress& timer) { state.on_tell_progress(timer); },
    };
}

void round_driver_state::start(round_driver_links links, round_driver_plan plan) {
    links_ = std::move(links);
    plan_ = std::move(plan);
    load_ = {plan_.rounds.requests(), {}, plan_.rounds.arrival_rate};
    if (plan_.shape)
        shape_.emplace(self_, plan_, *this);
}

round_driver_state::finished_promise round_driver_state::on_run() {
    finished_ = self_->make_response_promise<rounds_finished>();
    auto promise = finished_;
    started_ = now();
    self_->monitor(links_.pool);
    if (shape_)
        shape_->watch();
    ask_pool(watch_pool{}, [this](pool_failed& reason) { on_pool_failed(reason); });
    if (plan_.begins_when_told)
        phase_ = phase::between_rounds;
    else
        plan_rounds();
    return promise;
}

/// The pool answers within its mailbox, so this needs no time limit. One that is
/// dead does not answer: its monitor says so.
template <class Question, class Answered>
void round_driver_state::ask_pool(Question question, Answered answered) {
    self_->request(links_.pool, caf::infinite, question)
        .then(std::move(answered), [](const caf::error&) {});
}

/// Tells the plan, then begins. The pool is asked first: the banner says how
/// many connections there are.
void round_driver_state::plan_rounds() {
    ask_pool(get_pool_status{}, [this](const pool_status& pool) {
        started_ = now();
        const auto& rounds = plan_.rounds;
        self_->send(links_.watcher, rounds_started{rounds.count, rounds.requests(), rounds.interval,
                                                   pool.connected, schedule({}).length()});
        ask_pool_and_begin();
    });
}

void round_driver_state::on_begin(const begin_round& order) {
    if (!plan_.begins_when_told || stopped_ || phase_ != phase::between_rounds || order.round == 0)
        return;
    load_ = order.load;
    round_.number = order.round - 1;
    ask_pool_and_begin();
}

void round_driver_state::ask_pool_and_begin() {
    phase_ = phase::asking_pool;
    ++round_.number;
    ask_pool(get_pool_status{}, [this](const pool_status& pool) { start_requests(pool); });
}

arrival_schedule round_driver_state::schedule(time_point start) const {
    return {start + load_.first_arrival, load_.requests, load_.arrival_rate};
}

void round_driver_state::start_requests(const pool_status& pool) {
    if (stopped_) // While the pool was asked.
        return finish();
    const auto& rounds = plan_.rounds;
    phase_ = phase::in_round;
    const auto start = now();
    round_ = {.number = round_.number,
              .started = start,
              .arrivals = shape_ ? arrival_schedule::told(start) : schedule(start),
              .errors = {},
              .interrupts = {}};
    self_->send(links_.watcher,
                round_started{round_.number, rounds.count, since_start(round_.started),
                              pool.available, pool.connected});
    if (shape_)
        shape_->begin_round(round_.number);
    else
        send_due_requests();
    if (rounds.interrupt_after.count() > 0)
        self_->delayed_send(self_, rounds.interrupt_after, interrupts_due{round_.number});
    if (plan_.progress_interval.count() > 0)
        self_->delayed_send(self_, plan_.progress_interval, tell_progress{round_.number});
}

void round_driver_state::send_due_requests() {
    auto& arrivals = round_.arrivals;
    auto present = now();
    auto next = arrivals.next();
    for (; next && *next <= present; next = arrivals.next(), present = now()) {
        send_request(*next, present);
        arrivals.begin();
    }
    if (next)
        self_->delayed_send(self_, *next - now(), arrival_due{round_.number});
    else if (shape_ && !arrivals.done())
        shape_->ask();
}

// -- from the load shape ---------------------------------------------------------------

void round_driver_state::on_next_start(nanoseconds after) {
    if (round_.arrivals.done()) // Stopped while the shape was asked.
        return;
    round_.arrivals.add(round_.started + after);
    send_due_requests();
}

void round_driver_state::on_no_start() {
    round_.arrivals.stop();
    finish_round_if_done();
}

void round_driver_state::on_shape_overdue() {
    if (shape_)
        shape_->on_overdue();
}

/// What runs may end.
void round_driver_state::on_shape_failed(const protocol::failure& why) {
    if (std::exchange(stopped_, true))
        return;
    failure_ = why;
    stop_arrivals();
}

// -- requests and results --------------------------------------------------------------

void round_driver_state::on_arrival_due(const arrival_due& timer) {
    if (timer.round == round_.number)
        send_due_requests();
}

/// One that was to start at `start`: if that is past, its time counts from then.
void round_driver_state::send_request(time_point start, time_point present) {
    audio_request request;
    request.request_id = protocol::make_request_id();
    request.audio = plan_.audio;
    request.spent = present - start;
    request.sink = links_.frames;
    ++round_.open;
    if (plan_.rounds.interrupt_after.count() > 0)
        round_.interrupts.push_back({request.request_id, start + plan_.rounds.interrupt_after});
    // Not as a CAF request: CAF looks through all open ones at each answer, which
    // costs more than the pool when a round has 50,000. The pool bounds its time.
    self_->send(links_.pool, std::move(request));
}

void round_driver_state::on_down(const caf::down_msg& message) {
    if (message.source == links_.pool)
        on_pool_lost(message.reason);
    else if (shape_)
        shape_->on_down(message.reason);
}

/// The requests that it had have no other result.
void round_driver_state::on_pool_lost(const caf::error& reason) {
    failure_ = the_pool_ended(describe_end(reason));
    stopped_ = true;
    if (phase_ != phase::in_round)
        return finish();
    while (round_.open > 0) {
        auto result = failed_with(failure_);
        count(result);
    }
    finish_round();
}

void round_driver_state::on_result(audio_result& result) {
    count(result);
    finish_round_if_done();
}

void round_driver_state::count(audio_result& result) {
    if (result.ok()) {
        ++round_.ok;
    } else if (result.interrupted()) {
        ++round_.interrupted;
    } else if (result.cancelled()) {
        ++round_.cancelled;
    } else {
        ++round_.failed;
        if (round_.errors.size() < most_errors_listed)
            round_.errors.push_back(describe(result.failure));
        transport::logger().info("request [{}] failed: {}: {}", result.request_id,
                                 protocol::to_string(result.failure.code),
                                 describe(result.failure));
    }
    if (links_.results)
        self_->send(links_.results, result);
    self_->send(links_.stats, std::move(result));
    if (round_.open > 0) // A second result of a request is not to hide this mistake.
        --round_.open;
}

void round_driver_state::finish_round_if_done() {
    if (phase_ == phase::in_round && round_.open == 0 && round_.arrivals.done())
        finish_round();
}

void round_driver_state::finish_round() {
    round_finished event;
    event.round = round_.number;
    event.started_at = since_start(round_.started);
    event.duration = now() - round_.started;
    event.ok = round_.ok;
    event.failed = round_.failed;
    event.interrupted = round_.interrupted;
    event.cancelled = round_.cancelled;
    event.listed = round_.errors.size();
    event.errors = std::move(round_.errors);
    event.next_in = plan_.rounds.interval;
    event.last = stopped_ || (!plan_.begins_when_told && round_.number == plan_.rounds.count);
    self_->send(links_.stats, event);
    self_->send(links_.watcher, event);
    if (event.last)
        return finish();
    phase_ = phase::between_rounds;
    if (!plan_.begins_when_told)
        self_->delayed_send(self_, plan_.rounds.interval, next_round{});
}

void round_driver_state::on_next_round() {
    ask_pool_and_begin();
}

void round_driver_state::on_stop(stop_rounds order) {
    if (order.at_once) // Each comes back, and ends its round.
        self_->send(links_.pool, cancel_requests{});
    if (std::exchange(stopped_, true))
        return;
    // Requests that wait come back cancelled, running ones when they are done; the
    // pool also stops waiting for connections that have not opened yet.
    self_->send(links_.pool, drain_pool{});
    stop_arrivals();
}

void round_driver_state::stop_arrivals() {
    if (phase_ == phase::between_rounds)
        return finish();
    if (round_.arrivals.done())
        return;
    round_.cut_short = true;
    round_.arrivals.stop();
    finish_round_if_done();
}

/// All requests come back with that failure, and end their round.
void round_driver_state::on_pool_failed(pool_failed& reason) {
    failure_ = std::move(reason.failure);
    if (!std::exchange(stopped_, true))
        stop_arrivals();
}

/// Those that are over by now the pool does not hold any more, and ignores.
void round_driver_state::on_interrupts_due(const interrupts_due& timer) {
    if (timer.round != round_.number)
        return;
    auto& waiting = round_.interrupts;
    for (; !waiting.empty() && waiting.front().due <= now(); waiting.pop_front())
        self_->send(links_.pool, interrupt_request{std::move(waiting.front().request_id)});
    if (!waiting.empty())
        self_->delayed_send(self_, waiting.front().due - now(), timer);
    else if (!round_.arrivals.done())
        self_->delayed_send(self_, plan_.rounds.interrupt_after, timer);
}

void round_driver_state::on_tell_progress(const tell_progress& timer) {
    if (timer.round != round_.number || phase_ != phase::in_round)
        return;
    self_->send(links_.watcher,
                round_progress{round_.number, plan_.rounds.count, plan_.rounds.requests(),
                               round_.ok, round_.failed, round_.interrupted, now() - round_.started,
                               round_.cancelled});
    self_->delayed_send(self_, plan_.progress_interval, timer);
}

/// The last round, to the last of its requests.
bool round_driver_state::has_done_all() const {
    return !plan_.begins_when_told && phase_ == phase::in_round &&
           round_.number == plan_.rounds.count && !round_.cut_short && round_.cancelled == 0;
}

void round_driver_state::finish() {
    const auto planned = shape_ ? 0 : plan_.rounds.count * plan_.rounds.requests();
    const bool cut_short = stopped_ && !(has_done_all() && !failure_);
    const rounds_finished event{now() - started_, /*interrupted=*/cut_short, failure_, planned};
    self_->send(links_.stats, event);
    self_->send(links_.watcher, event);
    finished_.deliver(event);
    self_->quit();
}

} // namespace avatar
