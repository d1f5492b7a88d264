#include "actors/open_requests.hpp"

#include <functional>
#include <utility>

namespace avatar {

std::size_t request_name_hash::operator()(const request_name& name) const {
    // CAF's hash reads what the address points to.
    const auto caller = name.caller ? std::hash<caf::actor_addr>{}(name.caller) : 0;
    return std::hash<std::string>{}(name.id) * 31 + caller;
}

open_request& open_requests::enter(request_name name) {
    auto& [key, same] = *undecided_.try_emplace(std::move(name)).first;
    auto& request = same.emplace_back();
    request.name = &key;
    request.self = std::prev(same.end());
    ++size_;
    return request;
}

open_request* open_requests::oldest(const request_name& name) {
    const auto known = undecided_.find(name);
    return known == undecided_.end() ? nullptr : &known->second.front();
}

void open_requests::decide(open_request& request, protocol::failure outcome) {
    const auto known = undecided_.find(*request.name);
    decided_.splice(decided_.end(), known->second, request.self);
    request.name = nullptr;
    request.decided = std::move(outcome);
    forget_if_last(known);
}

void open_requests::leave(open_request& request) {
    --size_;
    if (request.decided) {
        decided_.erase(request.self);
        return;
    }
    const auto known = undecided_.find(*request.name);
    known->second.erase(request.self);
    forget_if_last(known);
}

void open_requests::forget_if_last(by_name::iterator known) {
    if (known->second.empty())
        undecided_.erase(known);
}

} // namespace avatar
