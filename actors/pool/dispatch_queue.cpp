#include "actors/pool/dispatch_queue.hpp"

#include "actors/pool/open_requests.hpp"
#include "actors/pool/pool_failures.hpp"

#include <string>
#include <utility>

namespace avatar {

dispatch_queue::dispatch_queue(const config::pool_settings& settings, const session_slots& slots,
                               pool_timers& timers, guarded_policy& policy)
    : settings_(settings),
      slots_(slots),
      timers_(timers),
      policy_(policy),
      waiting_(settings.borrow_timeout) {
    if (policy_)
        waiting_.tell(policy_);
}

dispatch_queue::chosen_session dispatch_queue::choose_session() const {
    const auto* longest_idle = slots_.next_available();
    if (!longest_idle || !policy_)
        return {longest_idle, {}};
    const auto chosen = policy_.choose_session();
    if (!chosen)
        return {longest_idle, {}};
    if (const auto* slot = slots_.find_available(*chosen))
        return {slot, {}};
    return {nullptr,
            policy_.bad_choice("slot " + std::to_string(*chosen) + ", which has no idle session")};
}

/// A choice of one that does not wait costs the one that would have been next.
std::optional<dispatch_queue::chosen_waiter> dispatch_queue::choose_waiter() {
    if (waiting_.empty())
        return std::nullopt;
    const auto chosen = policy_ ? policy_.choose_request() : std::nullopt;
    if (!chosen)
        return chosen_waiter{waiting_.pop(), {}};
    if (auto next = waiting_.take_numbered(*chosen))
        return chosen_waiter{std::move(*next), {}};
    return chosen_waiter{waiting_.pop(), policy_.bad_choice("request " + std::to_string(*chosen) +
                                                            ", which does not wait")};
}

std::optional<protocol::failure> dispatch_queue::full_for(const waiter& who) const {
    if (waiting_.size() >= settings_.max_waiting)
        return queue_was_full(settings_.max_waiting);
    const auto* request = std::get_if<pooled_request>(&who);
    if (request &&
        waiting_.audio().bytes_with(request->assigned.request.audio) > settings_.max_waiting_bytes)
        return queue_held_too_much(settings_.max_waiting_bytes);
    return std::nullopt;
}

void dispatch_queue::push(waiter&& who, bool had_its_turn, time_point now) {
    const auto* request = std::get_if<pooled_request>(&who);
    auto* open = request ? request->open : nullptr;
    const auto place = had_its_turn ? waiting_.push_front(std::move(who), now)
                                    : waiting_.push(std::move(who), now);
    if (open)
        open->where = place;
    timers_.set(pool_timers::kind::waiting, waiting_.first_deadline());
}

std::optional<dispatch_queue::expired_waiter> dispatch_queue::pop_expired(time_point now) {
    if (waiting_.empty())
        return std::nullopt;
    if (const auto deadline = waiting_.first_deadline(); deadline > now) {
        timers_.set(pool_timers::kind::waiting, deadline);
        return std::nullopt;
    }
    auto who = waiting_.pop_first_due();
    const auto* acquisition = std::get_if<pooled_acquisition>(&who);
    const auto limit = acquisition ? acquisition->limit : settings_.borrow_timeout;
    return expired_waiter{std::move(who), no_session_in_time(limit)};
}

} // namespace avatar
