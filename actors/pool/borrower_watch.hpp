#pragma once

#include "actors/pool/pool_supervisor_actor.hpp"

#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <unordered_map>

namespace avatar {

/// Monitors the callers that wait for a session or hold one, each exactly once for
/// as long as it does: CAF adds a further monitor with each call.
class borrower_watch {
public:
    explicit borrower_watch(pool_supervisor_actor::pointer self) : self_(self) {}

    ~borrower_watch() {
        for (const auto& [borrower, count] : held_)
            self_->demonitor(borrower);
    }

    borrower_watch(const borrower_watch&) = delete;
    borrower_watch& operator=(const borrower_watch&) = delete;

    /// It waits for one session more, or holds it. One that has ended already is
    /// told of as down next.
    void add(const caf::actor_addr& borrower) {
        if (++held_[borrower] == 1)
            self_->monitor(borrower);
    }

    /// And for one less of those that it was added for.
    void remove(const caf::actor_addr& borrower) {
        const auto found = held_.find(borrower);
        if (--found->second > 0)
            return;
        held_.erase(found);
        self_->demonitor(borrower);
    }

    bool watches(const caf::actor_addr& borrower) const { return held_.contains(borrower); }

private:
    pool_supervisor_actor::pointer self_;
    std::unordered_map<caf::actor_addr, std::size_t> held_; // What each waits for or holds.
};

} // namespace avatar
