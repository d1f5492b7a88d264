#pragma once

#include "actors/pool/pool_supervisor_actor.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <unordered_map>

namespace avatar {

/// Monitors the callers that hold a session or wait for one to hold, each exactly once
/// for as long as it does: CAF adds a further monitor with each call.
class holder_watch {
public:
    explicit holder_watch(pool_supervisor_actor::pointer self) : self_(self) {}

    ~holder_watch() {
        for (const auto& [holder, count] : sessions_)
            self_->demonitor(holder);
    }

    holder_watch(const holder_watch&) = delete;
    holder_watch& operator=(const holder_watch&) = delete;

    /// It waits for one session more, or holds it. One that has ended already is
    /// told of as down next.
    void add(const caf::actor_addr& holder) {
        if (++sessions_[holder] == 1)
            self_->monitor(holder);
    }

    /// And for one less of those that it was added for.
    void remove(const caf::actor_addr& holder) {
        const auto found = sessions_.find(holder);
        if (--found->second > 0)
            return;
        sessions_.erase(found);
        self_->demonitor(holder);
    }

    bool watches(const caf::actor_addr& holder) const { return sessions_.contains(holder); }

private:
    pool_supervisor_actor::pointer self_;
    std::unordered_map<caf::actor_addr, std::size_t> sessions_; // That each holds or waits for.
};

} // namespace avatar
