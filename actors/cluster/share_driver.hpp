#pragma once

#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace avatar {

/// Makes the pool of a share, for clips of that format; `watcher` hears of its first connects.
/// Throws config::config_error, of one line, where none can be made.
using share_pool_factory = std::function<pool_actor(
    const config::pool_settings&, const clip_format&, connection_watcher_actor watcher)>;

/// A share, and what its parts and its node tell it.
using share_driver_actor = share_actor::extend_with<round_watcher_actor>::extend_with<
    connection_watcher_actor>::extend<caf::reacts_to<drain_pool>, caf::reacts_to<share_due>>;

struct share_driver_plan {
    open_share order;
    share_pool_factory make_pool;
};

/// A share driver's own state: the clip as it comes, then the pool, and the round driver that
/// is told when to begin.
class share_driver_state {
public:
    using self_pointer = share_driver_actor::pointer;

    explicit share_driver_state(self_pointer self) : self_(self) {}

    void start(share_driver_plan plan);

    // From the coordinator.
    void on_clip_part(const clip_part& part);
    void on_begin(const begin_round& order);
    void on_progress_asked();
    void on_status_asked();
    void on_stop();
    void on_close();

    // From this node.
    void on_drain();
    void on_connection_tried(connection_tried& event);
    void on_round_finished(round_finished& event);
    void on_rounds_finished(const rounds_finished& event);
    void on_down(const caf::down_msg& message);
    void on_due(share_due due);

    const char* name = "share_driver";

private:
    using time_point = caf::actor_clock::time_point;

    void open(const audio_clip& clip);
    void spawn_driver(const audio_clip& clip);
    void on_opened(pool_opened& opened);
    void tell_tried();
    void tell_progress();
    void tell_progress(const pool_status& pool);
    void end_by(const std::string& why);
    void close(const caf::error& reason);
    time_point now() const { return self_->clock().now(); }

    self_pointer self_;
    share_driver_plan plan_;
    std::string clip_; // As far as it has come; empty once the pool opens.
    pool_actor pool_;
    stats_actor stats_;
    load_driver_actor driver_;
    std::vector<connection_tried> tried_; // Not told yet.
    std::uint64_t finished_round_ = 0;
    std::vector<std::string> errors_; // Of that round.
    protocol::failure failure_;
    time_point asked_; // When the coordinator has asked last.
    bool driver_is_done_ = false;
    bool draining_ = false;
    bool closing_ = false;
};

/// Behaviour of the part of a run's load that this node has; see share_actor. Its coordinator
/// is lost when it is down or silent for five seconds.
share_driver_actor::behavior_type
share_driver(share_driver_actor::stateful_pointer<share_driver_state> self, share_driver_plan plan);

/// The bytes of a clip that cross in parts.
std::string pack_clip(caf::actor_system& system, const audio_clip& clip);

} // namespace avatar
