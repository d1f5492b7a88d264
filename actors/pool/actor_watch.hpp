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
///
/// `Actor`: the pool, which is monitoring.
template <class Actor>
class basic_actor_watch {
public:
    using self_pointer = typename Actor::pointer;

    explicit basic_actor_watch(self_pointer self) : self_(self) {}

    ~basic_actor_watch() {
        for (const auto& [actor, count] : dependents_)
            self_->demonitor(actor);
    }

    basic_actor_watch(const basic_actor_watch&) = delete;
    basic_actor_watch& operator=(const basic_actor_watch&) = delete;

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
    self_pointer self_;
    std::unordered_map<caf::actor_addr, std::size_t> dependents_; // How many of each.
};

using actor_watch = basic_actor_watch<pool_supervisor_actor>;

} // namespace avatar
