#pragma once

#include "actors/cluster/shares/share_pool.hpp"
#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace avatar {

/// A share of a load, and what its parts and its node tell it.
using share_driver_actor = share_actor::extend_with<round_watcher_actor>::extend_with<
    connection_watcher_actor>::extend<caf::reacts_to<drain_pool>, caf::reacts_to<share_due>>;

/// A share driver's own state: the clip as it comes, then the pool, and the round driver that
/// is told when to begin.
class share_driver_state {
public:
    using self_pointer = share_driver_actor::pointer;

    explicit share_driver_state(self_pointer self) : self_(self) {}

    void start(share_plan plan);
    share_pool<share_driver_actor>& pool() { return *pool_; }

    // From the coordinator.
    void on_clip_part(const clip_part& part);
    void on_begin(const begin_round& order);
    void on_progress_asked();
    void on_stop(stop_share order);
    void on_close();

    // From this node.
    void on_drain();
    void on_round_finished(round_finished& event);
    void on_rounds_finished(const rounds_finished& event);
    void on_down(const caf::down_msg& message);

    const char* name = "share_driver";

private:
    void open(const audio_clip& clip);
    void spawn_driver(const audio_clip& clip);
    void tell_progress();
    void tell_progress(const pool_status& status);

    self_pointer self_;
    std::optional<share_pool<share_driver_actor>> pool_;
    std::string clip_; // As far as it has come; empty once the pool opens.
    stats_actor stats_;
    round_driver_actor driver_;
    std::uint64_t finished_round_ = 0;
    std::vector<std::string> errors_; // Of that round.
    protocol::failure failure_;
    bool driver_is_done_ = false;
    bool draining_ = false;
};

/// Behaviour of the part of a run's load that this node has; see share_actor. Its coordinator
/// is lost when it is down or silent for five seconds.
share_driver_actor::behavior_type
share_driver(share_driver_actor::stateful_pointer<share_driver_state> self, share_plan plan);

} // namespace avatar
