#include "actors/request_queue.hpp"

#include <algorithm>
#include <utility>

namespace avatar {

void pooled_request::refuse(protocol::failure why, time_point now) {
    audio_result result;
    result.request_id = std::move(request.request_id);
    result.failure = std::move(why);
    result.failure.request_id = result.request_id;
    result.waited = now - since;
    result.duration = result.waited;
    promise.deliver(std::move(result));
}

void pooled_request::delegate_to(const session_actor& session, time_point now) {
    request.waited = now - since;
    promise.delegate(session, std::move(request));
}

pooled_request request_queue::pop() {
    auto front = std::move(requests_.front());
    requests_.pop_front();
    return front;
}

std::optional<pooled_request> request_queue::take(std::string_view request_id) {
    const auto found = std::ranges::find_if(requests_, [&](const pooled_request& waiting) {
        return waiting.request.request_id == request_id;
    });
    if (found == requests_.end())
        return std::nullopt;
    auto taken = std::move(*found);
    requests_.erase(found);
    return taken;
}

void request_queue::refuse_all(const protocol::failure& why, time_point now) {
    for (auto& waiting : std::exchange(requests_, {}))
        waiting.refuse(why, now);
}

} // namespace avatar
