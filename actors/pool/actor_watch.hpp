#pragma once

#include "actors/pool/pool_supervisor_actor.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <unordered_map>

namespace avatar {

/// Monitors the actors that something in the pool depends on: callers that hold a session
/// or wait for one to hold, and partners of requests. Each exactly once for as long as
/// anything does: CAF adds a further monitor with each call, and ends all of them at once.
class actor_watch {
public:
    explicit actor_watch(pool_supervisor_actor::pointer self) : self_(self) {}

    ~actor_watch() {
        for (const auto& [actor, count] : dependents_)
            self_->demonitor(actor);
    }

    actor_watch(const actor_watch&) = delete;
    actor_watch& operator=(const actor_watch&) = delete;

    /// One thing more depends on it. One that has ended already is told of as down next.
    void add(const caf::actor_addr& actor) {
        if (++dependents_[actor] == 1)
            self_->monitor(actor);
    }

    /// And one less of those that it was added for.
    void remove(const caf::actor_addr& actor) {
        const auto found = dependents_.find(actor);
        if (--found->second > 0)
            return;
        dependents_.erase(found);
        self_->demonitor(actor);
    }

    bool watches(const caf::actor_addr& actor) const { return dependents_.contains(actor); }

private:
    pool_supervisor_actor::pointer self_;
    std::unordered_map<caf::actor_addr, std::size_t> dependents_; // How many of each.
};

} // namespace avatar
