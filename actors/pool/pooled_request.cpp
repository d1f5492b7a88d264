#include "actors/pool/pooled_request.hpp"

#include "actors/pool/pass_on.hpp"

#include <utility>

namespace avatar {

void pooled_request::fail(protocol::failure why, time_point now) {
    auto& request = assigned.request;
    audio_result result;
    result.request_id = std::move(request.request_id);
    result.connection_id = why.connection_id;
    result.failure = std::move(why);
    result.failure.request_id = result.request_id;
    result.streamed = request.streamed();
    result.waited = assigned.waited + (now - since);
    result.duration = request.spent + assigned.spent + result.waited;
    promise.deliver(std::move(result));
}

void pooled_request::delegate_to(const session_actor& session, time_point now) {
    assigned.waited += now - since;
    pass_on(promise, session, std::move(assigned));
}

void pooled_acquisition::fail(protocol::failure why) {
    lease_granted failed;
    failed.failure = std::move(why);
    promise.deliver(std::move(failed));
}

} // namespace avatar
