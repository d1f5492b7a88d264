#include "actors/cluster/load/load_conductor.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/load/round_division.hpp"
#include "actors/cluster/shares/node_failures.hpp"
#include "actors/load/arrival_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace avatar {

load_conductor_actor::behavior_type
load_conductor(load_conductor_actor::stateful_pointer<load_conductor_state> self,
               load_conductor_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    state.start(std::move(plan));
    auto& shares = state.shares();
    self->set_down_handler([&](const caf::down_msg& message) { shares.on_down(message); });
    return {
        [&](open_pool) { return shares.on_open(); },
        [&](const get_pool_status& question) { return shares.on_status_asked(question); },
        [&](drain_pool) { state.on_stop({}); },
        [&](close_pool) { return state.on_close(); },
        [&](run_rounds) { return state.on_run(); },
        [&](stop_rounds order) { state.on_stop(order); },
        [&](const node_up& event) { shares.on_node_up(event); },
        [&](const node_down& event) { shares.on_node_down(event); },
        [&](const next_clip_part& order) { shares.on_next_clip_part(order); },
        [&](share_connections_tried& event) { shares.on_tried(event); },
        [&](share_opened& event) { shares.on_opened(event); },
        [&](share_progress& event) { shares.on_progress(event); },
        [&](share_status& event) { shares.on_status(event); },
        [&](const nodes_due& due) { state.on_due(due); },
    };
}

void load_conductor_state::start(load_conductor_plan plan) {
    plan_ = std::move(plan);
    shares_.emplace(self_, plan_.shares, *this);
    longest_pause_ = longest_pause();
    plan_.shares.audio = {}; // The shares have it.
    parts_.resize(shares_->nodes().size());
}

load_conductor_state::part& load_conductor_state::part_of_round(const shared_node& node) {
    return parts_.at(static_cast<std::size_t>(&node - shares_->nodes().data()));
}

/// Longer than any request may take without a result, and than two arrivals are apart.
nanoseconds load_conductor_state::longest_pause() const {
    const auto& pool = plan_.shares.pool;
    const auto& clip = plan_.shares.audio;
    const auto rate = plan_.rounds.arrival_rate;
    const auto between_arrivals =
        rate > 0 ? nanoseconds(static_cast<nanoseconds::rep>(
                       1e9 / rate * static_cast<double>(plan_.shares.nodes.size())))
                 : nanoseconds(0);
    return pool.borrow_timeout + pool.request_timeout * (pool.retries + 1) +
           clip.interval() * clip.pieces() + between_arrivals + std::chrono::minutes(1);
}

/// A share that answers, and tells no result for too long.
void load_conductor_state::lose_the_stuck() {
    if (phase_ != phase::in_round)
        return;
    const auto round = round_.number;
    for (auto& node : shares_->nodes())
        if (round_.number == round && part_of_round(node).runs &&
            now() - std::max(node.advanced, round_.started) > longest_pause_)
            shares_->lose(node, "it told no result for longer than requests may take");
}

void load_conductor_state::on_due(const nodes_due& due) {
    shares_->on_due(due);
    if (due.of == nodes_due::kind::round && phase_ == phase::between_rounds)
        start_round();
    if (due.of != nodes_due::kind::progress)
        return;
    lose_the_stuck();
    tell_progress();
}

load_conductor_state::closed_promise load_conductor_state::on_close() {
    phase_ = phase::over;
    return shares_->on_close();
}

// -- rounds ----------------------------------------------------------------------------

load_conductor_state::finished_promise load_conductor_state::on_run() {
    finished_ = self_->make_response_promise<rounds_finished>();
    auto promise = finished_;
    started_ = now();
    const auto& rounds = plan_.rounds;
    const arrival_schedule whole({}, rounds.requests(), rounds.arrival_rate);
    self_->send(plan_.watcher, rounds_started{rounds.count, rounds.requests(), rounds.interval,
                                              shares_->status().connected, whole.length()});
    start_round();
    return promise;
}

void load_conductor_state::start_round() {
    if (stopped_)
        return finish();
    std::vector<shared_node*> nodes;
    for (auto& node : shares_->nodes())
        if (node.open)
            nodes.push_back(&node);
    if (nodes.empty() && !shares_->some_left())
        return fail_for_want_of_nodes();
    if (nodes.empty()) {
        phase_ = phase::waiting_for_nodes;
        return;
    }
    phase_ = phase::in_round;
    round_ = {.number = round_.number + 1, .started = now(), .outcomes = {}, .errors = {}};
    told_progress_ = round_.started;
    const auto pools = shares_->status();
    self_->send(plan_.watcher,
                round_started{round_.number, plan_.rounds.count, round_.started - started_,
                              pools.available, pools.connected});
    give_parts(nodes);
}

void load_conductor_state::give_parts(const std::vector<shared_node*>& nodes) {
    const auto& rounds = plan_.rounds;
    std::size_t connections = 0;
    for (const auto* node : nodes)
        connections += node->size;
    std::size_t first = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        auto& node = *nodes[i];
        const auto end = first + node.size;
        const auto load =
            rounds.arrival_rate > 0
                ? load_of_arrivals(rounds.requests(), rounds.arrival_rate, i, nodes.size())
                : load_of_burst(rounds.requests(), first, end, connections);
        first = end;
        if (load.requests == 0)
            continue;
        part_of_round(node) = {true, node.account.reported()};
        ++round_.running;
        node.account.give(load.requests);
        self_->send(node.handle, begin_round{round_.number, load});
    }
}

void load_conductor_state::on_share_opened(shared_node&) {
    if (phase_ == phase::waiting_for_nodes)
        start_round();
}

void load_conductor_state::on_share_reported(shared_node& node) {
    const bool done = node.finished_round >= round_.number || node.over;
    if (phase_ != phase::in_round || !done || !part_of_round(node).runs)
        return;
    if (node.finished_round == round_.number)
        for (auto& error : node.errors)
            add_error(std::move(error), 1);
    if (shares_->end_round(node))
        end_part(node, node.account.reported(), 0);
}

void load_conductor_state::on_share_lost(shared_node& node, const share_account::outcomes& reported,
                                         std::uint64_t lost) {
    if (lost > 0)
        add_error(fmt::format("{} requests of node {}, which was lost: {}", lost,
                              node.address.text(), node.why),
                  lost);
    if (phase_ == phase::in_round && part_of_round(node).runs)
        end_part(node, reported, lost);
    else if (phase_ == phase::waiting_for_nodes && !shares_->some_left())
        fail_for_want_of_nodes();
}

void load_conductor_state::add_error(std::string text, std::uint64_t failures) {
    if (round_.errors.size() == most_errors_listed)
        return;
    round_.errors.push_back(std::move(text));
    round_.listed += failures;
}

/// Of one node, which is done with the round or lost.
void load_conductor_state::end_part(const shared_node& node,
                                    const share_account::outcomes& reported, std::uint64_t lost) {
    auto& part = part_of_round(node);
    part.runs = false;
    round_.outcomes += reported.since(part.before);
    round_.lost += lost;
    if (--round_.running == 0)
        finish_round();
}

void load_conductor_state::finish_round() {
    const bool no_node = !shares_->some_left();
    round_finished event;
    event.round = round_.number;
    event.started_at = round_.started - started_;
    event.duration = now() - round_.started;
    event.ok = round_.outcomes.ok;
    event.failed = round_.outcomes.failed + round_.lost;
    event.interrupted = round_.outcomes.interrupted;
    event.cancelled = round_.outcomes.cancelled;
    event.errors = std::move(round_.errors);
    event.listed = round_.listed;
    event.next_in = plan_.rounds.interval;
    event.last = stopped_ || round_.number == plan_.rounds.count || no_node;
    self_->send(plan_.shares.stats, event);
    self_->send(plan_.watcher, event);
    if (!event.last) {
        phase_ = phase::between_rounds;
        return self_->delayed_send(self_, plan_.rounds.interval, nodes_due{nodes_due::kind::round});
    }
    if (no_node && !stopped_ && round_.number < plan_.rounds.count)
        return fail_for_want_of_nodes();
    finish();
}

void load_conductor_state::fail_for_want_of_nodes() {
    failure_ = no_node_is_left(shares_->last_loss());
    finish();
}

void load_conductor_state::on_stop(stop_rounds order) {
    if (order.at_once)
        shares_->cancel();
    if (std::exchange(stopped_, true))
        return;
    shares_->stop();
    if (phase_ == phase::between_rounds || phase_ == phase::waiting_for_nodes)
        finish();
}

void load_conductor_state::finish() {
    const auto& rounds = plan_.rounds;
    // A round that was stopped is whole where every request of it has an outcome of its own.
    const bool done_all =
        phase_ == phase::in_round && round_.number == rounds.count &&
        round_.outcomes.all() - round_.outcomes.cancelled + round_.lost == rounds.requests();
    phase_ = phase::over;
    const rounds_finished event{now() - started_,
                                /*interrupted=*/(stopped_ && !done_all) || failure_, failure_,
                                rounds.count * rounds.requests()};
    self_->send(plan_.shares.stats, event);
    self_->send(plan_.watcher, event);
    finished_.deliver(event);
}

share_account::outcomes load_conductor_state::outcomes_so_far() const {
    auto sum = round_.outcomes;
    const auto& nodes = shares_->nodes();
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (parts_[i].runs)
            sum += nodes[i].account.reported().since(parts_[i].before);
    return sum;
}

void load_conductor_state::tell_progress() {
    if (!plan_.tells_progress || phase_ != phase::in_round ||
        now() - told_progress_ < plan_.progress_interval)
        return;
    told_progress_ = now();
    const auto sum = outcomes_so_far();
    self_->send(plan_.watcher,
                round_progress{round_.number, plan_.rounds.count, plan_.rounds.requests(), sum.ok,
                               sum.failed + round_.lost, sum.interrupted, now() - round_.started,
                               sum.cancelled});
}

} // namespace avatar
