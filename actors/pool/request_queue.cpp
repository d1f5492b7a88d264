#include "actors/pool/request_queue.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace avatar {
namespace {

const caf::actor_addr& caller_of(const waiter& who) {
    return std::visit([](const auto& w) -> const caf::actor_addr& { return w.caller; }, who);
}

} // namespace

request_queue::place request_queue::push(waiter&& who, time_point now) {
    auto& newcomer = arrive(std::move(who), now);
    newcomer.in->waiters.push_back(newcomer);
    return newcomer.place;
}

request_queue::place request_queue::push_front(waiter&& who, time_point now) {
    auto& newcomer = arrive(std::move(who), now);
    newcomer.in->waiters.push_front(newcomer);
    return newcomer.place;
}

waiter request_queue::pop() {
    auto& next = turns_.front().waiters.front();
    turns_.splice(turns_.end(), turns_, turns_.begin());
    return remove(next);
}

waiter request_queue::pop_oldest() {
    return remove(arrivals_.front());
}

request_queue::time_point request_queue::first_deadline() const {
    const auto of_oldest = deadline_of_oldest();
    return hasty_.empty() ? of_oldest : std::min(of_oldest, hasty_.begin()->first);
}

waiter request_queue::pop_first_due() {
    if (hasty_.empty() || deadline_of_oldest() <= hasty_.begin()->first)
        return pop_oldest();
    return remove(*hasty_.begin()->second);
}

/// Of one that waits for less than the others; nothing: as long as they.
std::optional<request_queue::time_point> request_queue::own_deadline(const arrival& which) const {
    const auto* acquisition = std::get_if<pooled_acquisition>(&which.who);
    if (!acquisition || acquisition->limit >= longest_wait_)
        return std::nullopt;
    return which.since + acquisition->limit;
}

std::vector<pooled_acquisition> request_queue::take_acquisitions(const caf::actor_addr& caller) {
    std::vector<pooled_acquisition> taken;
    const auto known = line_of_.find(caller);
    if (known == line_of_.end())
        return taken;
    std::vector<arrival*> leaving;
    for (auto& waiting : known->second->waiters)
        if (std::holds_alternative<pooled_acquisition>(waiting.who))
            leaving.push_back(&waiting);
    for (auto* each : leaving)
        taken.push_back(std::get<pooled_acquisition>(remove(*each)));
    return taken;
}

/// Finds or makes the line of its caller.
request_queue::arrival& request_queue::arrive(waiter&& who, time_point now) {
    const auto& caller = caller_of(who);
    auto known = line_of_.find(caller);
    if (known == line_of_.end())
        known = line_of_.emplace(caller, turns_.emplace(turns_.end(), caller)).first;
    if (const auto* request = std::get_if<pooled_request>(&who)) {
        ++requests_;
        audio_.add(request->assigned.request.audio);
    }
    const auto place = arrivals_.emplace(arrivals_.end(), std::move(who), now, known->second);
    place->place = place;
    if (const auto deadline = own_deadline(*place))
        hasty_.emplace(*deadline, &*place);
    if (policy_)
        introduce(*place);
    return *place;
}

void request_queue::introduce(arrival& newcomer) {
    newcomer.number = ++numbers_;
    numbered_.emplace(newcomer.number, newcomer.place);
    const auto* request = std::get_if<pooled_request>(&newcomer.who);
    policy_->request_waiting(
        {newcomer.number, newcomer.in->caller,
         request ? std::string_view(request->assigned.request.request_id) : std::string_view()});
}

std::optional<waiter> request_queue::take_numbered(std::uint64_t number) {
    const auto known = numbered_.find(number);
    if (known == numbered_.end())
        return std::nullopt;
    return remove(*known->second);
}

waiter request_queue::remove(arrival& which) {
    if (numbered_.erase(which.number) > 0)
        policy_->request_gone(which.number);
    if (const auto deadline = own_deadline(which))
        hasty_.erase({*deadline, &which});
    const auto in = which.in;
    in->waiters.erase(in->waiters.iterator_to(which));
    if (in->waiters.empty()) {
        line_of_.erase(in->caller);
        turns_.erase(in);
    }
    auto who = std::move(which.who);
    arrivals_.erase(which.place);
    if (const auto* request = std::get_if<pooled_request>(&who)) {
        --requests_;
        audio_.remove(request->assigned.request.audio);
    }
    return who;
}

} // namespace avatar
