#include "actors/request_queue.hpp"

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

void request_queue::refuse_all(const protocol::failure& why, time_point now) {
    for (auto& waiting : std::exchange(requests_, {}))
        waiting.refuse(why, now);
}

} // namespace avatar
