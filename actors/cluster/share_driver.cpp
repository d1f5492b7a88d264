#include "actors/cluster/share_driver.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/node_failures.hpp"
#include "actors/load/spawn_round_driver.hpp"
#include "actors/load/stats.hpp"
#include "transport/logger.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/sec.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace avatar {
namespace {

/// How long tries of connections are gathered.
constexpr auto tried_interval = std::chrono::milliseconds(100);

/// How often the coordinator's silence is looked at, and how long it may last.
constexpr auto silence_interval = std::chrono::seconds(1);
constexpr auto longest_silence = std::chrono::seconds(5);

audio_clip unpack_clip(caf::actor_system& system, const std::string& bytes) {
    audio_clip clip;
    caf::binary_deserializer from(system, bytes.data(), bytes.size());
    if (from(clip))
        throw std::invalid_argument("the clip of its coordinator cannot be read");
    return clip;
}

} // namespace

std::string pack_clip(caf::actor_system& system, const audio_clip& clip) {
    std::vector<char> bytes;
    caf::binary_serializer to(system, bytes);
    auto copy = clip;
    if (const auto error = to(copy))
        throw std::logic_error("a clip that cannot be written");
    return {bytes.begin(), bytes.end()};
}

share_driver_actor::behavior_type
share_driver(share_driver_actor::stateful_pointer<share_driver_state> self,
             share_driver_plan plan) {
    auto& state = self->state;
    name_exceptions(self);
    self->set_down_handler([&](const caf::down_msg& message) { state.on_down(message); });
    state.start(std::move(plan));
    return {
        [&](const clip_part& part) { state.on_clip_part(part); },
        [&](const begin_round& order) { state.on_begin(order); },
        [&](get_share_progress) { state.on_progress_asked(); },
        [&](get_share_status) { state.on_status_asked(); },
        [&](stop_share) { state.on_stop(); },
        [&](close_share) { state.on_close(); },
        [](const rounds_started&) {},
        [](const round_started&) {},
        [](const round_progress&) {},
        [&](round_finished& event) { state.on_round_finished(event); },
        [&](const rounds_finished& event) { state.on_rounds_finished(event); },
        [&](connection_tried& event) { state.on_connection_tried(event); },
        [&](drain_pool) { state.on_drain(); },
        [&](share_due due) { state.on_due(due); },
    };
}

void share_driver_state::start(share_driver_plan plan) {
    plan_ = std::move(plan);
    asked_ = now();
    self_->monitor(plan_.order.owner);
    self_->send(plan_.order.owner, next_clip_part{plan_.order.share, 0});
    self_->delayed_send(self_, silence_interval, share_due{share_due::kind::silence});
}

// -- opening ---------------------------------------------------------------------------

/// The next part is asked for when one is here: the link has time for others between two.
void share_driver_state::on_clip_part(const clip_part& part) {
    const auto& order = plan_.order;
    if (pool_ || closing_ || part.offset != clip_.size())
        return;
    if (part.bytes.empty() || part.bytes.size() > order.clip_bytes - clip_.size())
        return end_by("the clip of its coordinator has not the size that was told");
    clip_ += part.bytes;
    if (clip_.size() < order.clip_bytes)
        return self_->send(order.owner, next_clip_part{order.share, clip_.size()});
    open(unpack_clip(self_->system(), std::exchange(clip_, {})));
}

void share_driver_state::open(const audio_clip& clip) {
    pool_ = plan_.make_pool(plan_.order.pool, clip.format(),
                            actor_cast<connection_watcher_actor>(self_));
    self_->monitor(pool_);
    stats_ = self_->spawn(stats);
    spawn_driver(clip);
    self_->delayed_send(self_, tried_interval, share_due{share_due::kind::tried});
    self_->request(pool_, caf::infinite, open_pool{})
        .then([this](pool_opened& opened) { on_opened(opened); },
              [](const caf::error&) {}); // Its monitor says why.
}

void share_driver_state::spawn_driver(const audio_clip& clip) {
    round_driver_plan plan;
    plan.audio = clip;
    plan.told = true;
    plan.rounds.interrupt_after =
        std::chrono::duration_cast<config::milliseconds>(plan_.order.interrupt_after);
    const auto driver = spawn_round_driver(
        self_->system(), {pool_, stats_, actor_cast<round_watcher_actor>(self_)}, std::move(plan));
    driver_ = driver;
    self_->monitor(driver_);
    self_->send(driver_, run_rounds{});
}

void share_driver_state::on_connection_tried(connection_tried& event) {
    tried_.push_back(std::move(event));
    if (tried_.size() == most_connections_told)
        tell_tried();
}

void share_driver_state::tell_tried() {
    if (!tried_.empty())
        self_->send(plan_.order.owner,
                    share_connections_tried{plan_.order.share, std::exchange(tried_, {})});
}

void share_driver_state::on_opened(pool_opened& opened) {
    tell_tried();
    self_->send(plan_.order.owner, share_opened{plan_.order.share, std::move(opened)});
}

// -- rounds ----------------------------------------------------------------------------

void share_driver_state::on_begin(const begin_round& order) {
    if (driver_ && !driver_is_done_)
        self_->send(actor_cast<round_driver_actor>(driver_), order);
}

void share_driver_state::on_round_finished(round_finished& event) {
    finished_round_ = event.round;
    errors_ = std::move(event.errors);
    tell_progress();
}

void share_driver_state::on_rounds_finished(const rounds_finished& event) {
    driver_is_done_ = true;
    failure_ = event.failure;
    tell_progress();
}

void share_driver_state::on_progress_asked() {
    asked_ = now();
    if (pool_ && !closing_)
        tell_progress();
}

void share_driver_state::tell_progress() {
    self_->request(pool_, caf::infinite, get_pool_status{})
        .then([this](const pool_status& pool) { tell_progress(pool); }, [](const caf::error&) {});
}

/// What finished before this was counted before it is asked for.
void share_driver_state::tell_progress(const pool_status& pool) {
    self_->request(stats_, caf::infinite, get_request_figures{})
        .then(
            [this, connected = pool.connected, available = pool.available,
             finished = finished_round_, errors = errors_,
             over = driver_is_done_](request_figures& figures) {
                self_->send(plan_.order.owner,
                            share_progress{plan_.order.share, finished, connected, available,
                                           std::move(figures), errors, over, failure_});
                if (draining_ && over) // That was all.
                    close(caf::exit_reason::user_shutdown);
            },
            [](const caf::error&) {});
}

void share_driver_state::on_status_asked() {
    if (!pool_)
        return;
    self_->request(pool_, caf::infinite, get_pool_status{true})
        .then(
            [this](pool_status& pool) {
                if (pool.connections.size() > most_connections_told)
                    pool.connections.resize(most_connections_told);
                self_->send(plan_.order.owner, share_status{plan_.order.share, std::move(pool)});
            },
            [](const caf::error&) {});
}

// -- the end ---------------------------------------------------------------------------

void share_driver_state::on_stop() {
    if (!driver_)
        return close(caf::exit_reason::user_shutdown);
    if (!driver_is_done_)
        self_->send(driver_, stop_rounds{});
}

/// The node ends: no coordinator closes this share then.
void share_driver_state::on_drain() {
    draining_ = true;
    if (driver_is_done_)
        return close(caf::exit_reason::user_shutdown);
    on_stop();
}

void share_driver_state::on_close() {
    close(caf::exit_reason::user_shutdown);
}

void share_driver_state::on_down(const caf::down_msg& message) {
    const auto why = why_lost(message.reason);
    if (message.source == plan_.order.owner)
        end_by("the coordinator was lost: " + why);
    else if (message.source == pool_)
        end_by("the pool ended: " + why);
    else if (message.source == driver_ && !driver_is_done_)
        end_by("the round driver ended: " + why);
}

void share_driver_state::on_due(share_due due) {
    if (closing_)
        return;
    if (due.of == share_due::kind::tried) {
        tell_tried();
        return self_->delayed_send(self_, tried_interval, due);
    }
    if (now() - asked_ > longest_silence)
        return end_by("the coordinator was silent for too long");
    self_->delayed_send(self_, silence_interval, due);
}

void share_driver_state::end_by(const std::string& why) {
    if (closing_)
        return;
    transport::logger().warn("a share of {} connections ends: {}", plan_.order.pool.size, why);
    if (pool_)
        self_->send(pool_, cancel_requests{});
    close(caf::make_error(caf::sec::runtime_error, why));
}

/// Ends once the pool is closed, which takes a limited time.
void share_driver_state::close(const caf::error& reason) {
    if (std::exchange(closing_, true))
        return;
    if (driver_)
        self_->send_exit(driver_, caf::exit_reason::user_shutdown);
    if (!pool_)
        return self_->quit(reason);
    const auto end = [this, reason] {
        self_->send_exit(pool_, caf::exit_reason::user_shutdown);
        self_->quit(reason);
    };
    self_->request(pool_, caf::infinite, close_pool{})
        .then([end](pool_closed) { end(); }, [end](const caf::error&) { end(); });
}

} // namespace avatar
