#pragma once

#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace avatar {

/// A pool's alarms. A delayed message cannot be cancelled, so there is one for
/// the earliest of each kind, and none for each request or session: what comes
/// looks for all that is due by then, and sets the next.
class alarms {
public:
    using kind = deadline_due::kind;
    using time_point = caf::actor_clock::time_point;

    explicit alarms(pool_supervisor_actor::pointer self) : self_(self) {}

    /// `deadline_due` of that kind comes at `when` or earlier.
    void set(kind of, time_point when) {
        auto& next = next_[static_cast<std::size_t>(of)];
        if (next && *next <= when)
            return;
        next = when;
        self_->scheduled_send(self_, when, deadline_due{of});
    }

    /// One of that kind has come. One that was set before an earlier one and comes
    /// after it changes nothing here.
    void came(kind of, time_point now) {
        auto& next = next_[static_cast<std::size_t>(of)];
        if (next && *next <= now)
            next.reset();
    }

private:
    pool_supervisor_actor::pointer self_;
    std::array<std::optional<time_point>, 8> next_; // By kind.
};

} // namespace avatar
