#pragma once

#include "messages/actors.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>

namespace avatar {

/// A request on its way through the pool, and the promise of its answer.
struct pooled_request {
    using time_point = caf::actor_clock::time_point;

    caf::typed_response_promise<audio_result> promise;
    audio_request request;
    time_point since; ///< Entered the pool.

    /// Answers it with a failure.
    void refuse(protocol::failure why, time_point now);

    /// Passes it on: the session's answer goes straight to whoever asked.
    void delegate_to(const session_actor& session, time_point now);
};

/// The requests that wait for a session, first come first served. All may wait
/// equally long, so the front is always the first to expire.
class request_queue {
public:
    using time_point = pooled_request::time_point;

    bool empty() const { return requests_.empty(); }
    std::size_t size() const { return requests_.size(); }

    void push(pooled_request request) { requests_.push_back(std::move(request)); }
    pooled_request pop();

    /// Takes the request of that id out, wherever it stands; nothing when it is
    /// not here. Looks from the front.
    std::optional<pooled_request> take(std::string_view request_id);

    /// When the front one entered the pool. Not for an empty queue.
    time_point front_since() const { return requests_.front().since; }

    /// Answers all with a failure, and is empty.
    void refuse_all(const protocol::failure& why, time_point now);

private:
    std::deque<pooled_request> requests_;
};

} // namespace avatar
