#pragma once

#include "actors/pool/actor_watch.hpp"
#include "actors/pool/open_requests.hpp"

#include <caf/actor_addr.hpp>

#include <list>
#include <unordered_map>
#include <vector>

namespace avatar {

/// Requests without an outcome that work with actors besides their caller: the sinks of
/// their frames. These are watched. Every operation is O(1), but `requests_of`.
class request_partners {
public:
    explicit request_partners(actor_watch& watch) : watch_(watch) {}

    /// Requests are added in the order in which they entered the pool.
    void add(open_request& request, const caf::actor_addr& partner) {
        if (request.partners.empty())
            request.partnered = requests_.insert(requests_.end(), &request);
        auto& with = requests_of_[partner];
        request.partners.push_back({partner, with.insert(with.end(), &request)});
        watch_.add(partner);
    }

    /// The request has none any more.
    void remove(open_request& request) {
        if (request.partners.empty())
            return;
        for (const auto& [partner, place] : request.partners) {
            const auto found = requests_of_.find(partner);
            found->second.erase(place);
            if (found->second.empty())
                requests_of_.erase(found);
            watch_.remove(partner);
        }
        request.partners.clear();
        requests_.erase(request.partnered);
    }

    /// In order of entry.
    std::vector<open_request*> requests_of(const caf::actor_addr& partner) const {
        const auto found = requests_of_.find(partner);
        if (found == requests_of_.end())
            return {};
        return {found->second.begin(), found->second.end()};
    }

    /// The one that entered first; null: there is none.
    open_request* oldest() const { return requests_.empty() ? nullptr : requests_.front(); }

private:
    actor_watch& watch_;
    std::unordered_map<caf::actor_addr, std::list<open_request*>> requests_of_;
    std::list<open_request*> requests_;
};

} // namespace avatar
