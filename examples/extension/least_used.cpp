// A dispatch policy: the session that has taken the fewest requests takes the next.
#include "behaviors.hpp"

#include <map>
#include <set>

class least_used : public avatar::dispatch_policy {
    void session_idle(const avatar::idle_session& session) override {
        requests_[session.slot] = session.requests;
        idle_.insert({session.requests, session.slot});
    }

    void session_gone(std::uint64_t slot) override { idle_.erase({requests_[slot], slot}); }

    std::optional<std::uint64_t> choose_session() override { return idle_.begin()->second; }

    std::map<std::uint64_t, std::uint64_t> requests_; // By slot.
    std::set<std::pair<std::uint64_t, std::uint64_t>> idle_;
};

void add_least_used(avatar::extensions& to) {
    to.add_dispatch_policy("least-used", [] { return std::make_unique<least_used>(); });
}
