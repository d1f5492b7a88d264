#include "actors/pool/open_requests.hpp"

#include <functional>
#include <utility>

namespace avatar {

std::size_t open_requests::hash::operator()(const request_name* name) const {
    // CAF's hash reads what the address points to.
    const auto caller = name->caller ? std::hash<caf::actor_addr>{}(name->caller) : 0;
    return std::hash<std::string>{}(name->id) * 31 + caller;
}

open_request& open_requests::enter(request_name name, pooled_request::time_point now) {
    requests newcomer;
    auto& request = newcomer.emplace_back(std::move(name), now);
    request.self = newcomer.begin();
    auto& same = undecided_[&request.name];
    same.splice(same.end(), newcomer);
    ++size_;
    return request;
}

open_request* open_requests::oldest(const request_name& name) {
    const auto known = undecided_.find(&name);
    return known == undecided_.end() ? nullptr : &known->second.front();
}

void open_requests::decide(open_request& request, protocol::failure outcome) {
    request.decided = std::move(outcome);
    decided_.splice(decided_.end(), take_out(request));
}

void open_requests::end(open_request& request) {
    --size_;
    if (request.decided)
        decided_.erase(request.self);
    else
        take_out(request);
}

/// Out of those that a name means.
open_requests::requests open_requests::take_out(open_request& request) {
    const auto known = undecided_.find(&request.name);
    auto& same = known->second;
    requests taken;
    taken.splice(taken.end(), same, request.self);
    if (same.empty()) {
        undecided_.erase(known);
    } else if (known->first == &request.name) {
        auto entry = undecided_.extract(known);
        entry.key() = &same.front().name;
        undecided_.insert(std::move(entry));
    }
    return taken;
}

} // namespace avatar
