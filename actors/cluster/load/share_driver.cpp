#include "actors/cluster/load/share_driver.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/shares/clip_packing.hpp"
#include "actors/load/spawn_round_driver.hpp"
#include "actors/load/stats.hpp"

#include <chrono>
#include <utility>

namespace avatar {

share_driver_actor::behavior_type
share_driver(share_driver_actor::stateful_pointer<share_driver_state> self, share_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    ignore_errors_of_others(self);
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    state.start(std::move(plan));
    auto& pool = state.pool();
    return {
        [&](const clip_part& part) { state.on_clip_part(part); },
        [&](const begin_round& order) { state.on_begin(order); },
        [&](get_share_progress) { state.on_progress_asked(); },
        [&](get_share_status) { pool.tell_status(); },
        [&](stop_share order) { state.on_stop(order); },
        [&](close_share) { state.on_close(); },
        [](const rounds_started&) {},
        [](const round_started&) {},
        [](const round_progress&) {},
        [&](round_finished& event) { state.on_round_finished(event); },
        [&](const rounds_finished& event) { state.on_rounds_finished(event); },
        [&](connection_tried& event) { pool.on_connection_tried(event); },
        [&](drain_pool) { state.on_drain(); },
        [&](share_due due) { pool.on_due(due); },
    };
}

void share_driver_state::start(share_plan plan) {
    pool_.emplace(self_, std::move(plan));
    self_->send(pool_->owner(), next_clip_part{pool_->order().share, 0});
}

/// The next part is asked for when one is here: the link has time for others between two.
void share_driver_state::on_clip_part(const clip_part& part) {
    const auto& order = pool_->order();
    if (pool_->pool() || pool_->closing() || part.offset != clip_.size())
        return;
    if (part.bytes.empty() || part.bytes.size() > order.clip_bytes - clip_.size())
        return pool_->end_by("the clip of its coordinator does not have the announced size");
    clip_ += part.bytes;
    if (clip_.size() < order.clip_bytes)
        return self_->send(pool_->owner(), next_clip_part{order.share, clip_.size()});
    open(unpack_clip(self_->system(), std::exchange(clip_, {})));
}

void share_driver_state::open(const audio_clip& clip) {
    pool_->make(clip.format());
    stats_ = self_->spawn(stats);
    self_->monitor(stats_);
    spawn_driver(clip);
    pool_->open();
}

void share_driver_state::spawn_driver(const audio_clip& clip) {
    round_driver_plan plan;
    plan.audio = clip;
    plan.begins_when_told = true;
    plan.rounds.interrupt_after =
        std::chrono::duration_cast<config::milliseconds>(pool_->order().interrupt_after);
    driver_ = spawn_round_driver(
        self_->system(), {pool_->pool(), stats_, caf::actor_cast<round_watcher_actor>(self_)},
        std::move(plan));
    self_->monitor(driver_);
    // Its watcher is told of the end: an answer would be that once more.
    caf::anon_send(driver_, run_rounds{});
}

// -- rounds ----------------------------------------------------------------------------

void share_driver_state::on_begin(const begin_round& order) {
    if (driver_ && !driver_is_done_)
        self_->send(driver_, order);
}

void share_driver_state::on_round_finished(round_finished& event) {
    finished_round_ = event.round;
    errors_ = std::move(event.errors);
    for (auto& error : errors_)
        error.resize(protocol::shortened(error, longest_told_text).size());
    tell_progress();
}

void share_driver_state::on_rounds_finished(const rounds_finished& event) {
    driver_is_done_ = true;
    failure_ = event.failure;
    shorten(failure_, longest_told_text);
    tell_progress();
}

void share_driver_state::on_progress_asked() {
    pool_->note_asked();
    if (pool_->pool() && !pool_->closing())
        tell_progress();
}

void share_driver_state::tell_progress() {
    self_->request(pool_->pool(), caf::infinite, get_pool_status{})
        .then([this](const pool_status& status) { tell_progress(status); },
              [](const caf::error&) {});
}

/// What finished before this was counted before it is asked for.
void share_driver_state::tell_progress(const pool_status& status) {
    self_->request(stats_, caf::infinite, get_request_figures{})
        .then(
            [this, connected = status.connected, available = status.available,
             session_ms = status.session_ms, finished = finished_round_, errors = errors_,
             over = driver_is_done_, failure = failure_](request_figures& figures) {
                self_->send(pool_->owner(),
                            share_progress{pool_->order().share, finished, connected, available,
                                           std::move(figures), errors, over, failure, session_ms});
                if (draining_ && over) // That was all.
                    pool_->close();
            },
            [](const caf::error&) {});
}

// -- the end ---------------------------------------------------------------------------

void share_driver_state::on_stop(stop_share order) {
    if (!driver_)
        return pool_->close();
    if (!driver_is_done_)
        self_->send(driver_, stop_rounds{order.at_once});
}

/// The node ends: this share closes by itself once it is done.
void share_driver_state::on_drain() {
    draining_ = true;
    if (driver_is_done_) // It may be on its way only, so it is told once more.
        return tell_progress();
    on_stop({});
}

void share_driver_state::on_close() {
    driver_is_done_ = true;
    if (driver_)
        self_->send_exit(driver_, caf::exit_reason::user_shutdown);
    pool_->close();
}

void share_driver_state::on_down(const caf::down_msg& message) {
    if (pool_->on_down(message))
        return;
    if (message.source == driver_ && !driver_is_done_)
        pool_->end_by("the round driver ended: " + describe_end(message.reason));
    else if (message.source == stats_)
        pool_->end_by("the stats actor ended: " + describe_end(message.reason));
}

} // namespace avatar
