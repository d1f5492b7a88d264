#pragma once

#include "config/settings.hpp"
#include "messages/actors.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <string>

namespace avatar {

struct open_request;

/// A request on its way through the pool, and the promise of its answer.
struct pooled_request {
    using time_point = caf::actor_clock::time_point;

    caf::typed_response_promise<audio_result> promise;
    assigned_request assigned; ///< With what it has behind it until `since`.
    caf::actor_addr caller;
    time_point since; ///< Entered the pool, or came back to it.

    /// Its entry among the open requests; null: its outcome is told already.
    open_request* open = nullptr;

    /// Answers it with a failure.
    void fail(protocol::failure why, time_point now);

    /// Passes it on: the session's answer goes straight to whoever asked.
    void delegate_to(const session_actor& session, time_point now);
};

/// A caller that wants a session to itself, and the promise of its answer.
struct pooled_acquisition {
    caf::typed_response_promise<lease_granted> promise;
    std::string name; ///< As it calls itself.
    caf::actor_addr caller;
    config::milliseconds limit; ///< Of its wait in the queue.

    /// Answers it with a failure.
    void fail(protocol::failure why);
};

} // namespace avatar
