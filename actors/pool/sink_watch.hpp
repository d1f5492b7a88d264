#pragma once

#include "messages/actors.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace avatar {

/// Monitors the sink of a session's latest request, once for as long as further requests
/// have the same: to end a monitor, CAF looks through all that an actor has.
class sink_watch {
public:
    explicit sink_watch(session_actor::pointer self) : self_(self) {}
    ~sink_watch() { end(); }
    sink_watch(const sink_watch&) = delete;
    sink_watch& operator=(const sink_watch&) = delete;

    /// For one that has ended already, a down message comes next.
    void watch(const frame_sink_actor& sink) {
        if (sink.address() == watched_)
            return;
        end();
        watched_ = sink.address();
        self_->monitor(watched_);
    }

    /// Whether that is the sink, which is not watched any more then.
    bool came_down(const caf::actor_addr& who) {
        if (who != watched_)
            return false;
        watched_ = nullptr;
        return true;
    }

private:
    void end() {
        if (watched_)
            self_->demonitor(watched_);
    }

    session_actor::pointer self_;
    caf::actor_addr watched_; // Null: none.
};

} // namespace avatar
