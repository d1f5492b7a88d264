#pragma once

#include "actors/pool/pool_supervisor_actor.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <cstddef>
#include <set>

namespace avatar {

/// A pool's timers. A delayed message cannot be cancelled, so there is one for the
/// earliest deadline of each kind, and none for each request or session: its handler
/// looks for all that is due by then, and sets the next as long as there is one. A
/// message is sent only for a time before all that are on their way, so these are few.
class pool_timers {
public:
    using kind = deadline_due::kind;
    using time_point = caf::actor_clock::time_point;

    explicit pool_timers(pool_supervisor_actor::pointer self) : self_(self) {}

    /// `deadline_due` of that kind comes at `when` or earlier.
    void set(kind of, time_point when) {
        auto& coming = coming_[static_cast<std::size_t>(of)];
        if (!coming.empty() && *coming.begin() <= when)
            return;
        coming.insert(when);
        schedule(of, when);
    }

    /// Whether the time of that message has come: its handler is to look what is
    /// due. One that comes early comes again, one that was not set is ignored.
    bool came(const deadline_due& message, time_point now) {
        const auto index = static_cast<std::size_t>(message.of);
        const time_point when(message.at);
        if (index >= coming_.size() || !coming_[index].contains(when))
            return false;
        if (when > now) {
            schedule(message.of, when);
            return false;
        }
        coming_[index].erase(when);
        return true;
    }

private:
    void schedule(kind of, time_point when) {
        self_->scheduled_send(self_, when, deadline_due{of, when.time_since_epoch()});
    }

    pool_supervisor_actor::pointer self_;
    std::array<std::set<time_point>, 12> coming_; // By kind: the times set for.
};

} // namespace avatar
