#pragma once

#include "actors/pool/actor_watch.hpp"
#include "actors/pool/open_requests.hpp"

#include <caf/actor_addr.hpp>

#include <list>
#include <unordered_map>

namespace avatar {

/// Requests without an outcome that work with actors besides their caller: the sinks of
/// their frames and the sources of their audio. These are watched. Every operation is O(1).
class request_partners {
public:
    explicit request_partners(actor_watch& watch) : watch_(watch) {}

    /// Requests are added in the order in which they entered the pool.
    void add(open_request& request, const caf::actor_addr& actor,
             open_request::partner::role what) {
        if (request.partners.empty())
            request.partnered = requests_.insert(requests_.end(), &request);
        auto& with = requests_of_[actor];
        request.partners.push_back({actor, what, with.insert(with.end(), &request)});
        watch_.add(actor);
    }

    /// The request works without that one of its partners.
    void remove(open_request& request, const open_request::partner& which) {
        const auto found = requests_of_.find(which.actor);
        found->second.erase(which.place);
        if (found->second.empty())
            requests_of_.erase(found);
        watch_.remove(which.actor);
        request.partners.erase(request.partners.begin() + (&which - request.partners.data()));
        if (request.partners.empty())
            requests_.erase(request.partnered);
    }

    /// The request has none any more.
    void remove(open_request& request) {
        while (!request.partners.empty())
            remove(request, request.partners.back());
    }

    /// The one that entered first of those that work with that actor; null: there is none.
    open_request* oldest_of(const caf::actor_addr& partner) const {
        const auto found = requests_of_.find(partner);
        return found == requests_of_.end() ? nullptr : found->second.front();
    }

    /// The one that entered first; null: there is none.
    open_request* oldest() const { return requests_.empty() ? nullptr : requests_.front(); }

private:
    actor_watch& watch_;
    std::unordered_map<caf::actor_addr, std::list<open_request*>> requests_of_;
    std::list<open_request*> requests_;
};

} // namespace avatar
