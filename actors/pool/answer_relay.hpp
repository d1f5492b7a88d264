#pragma once

#include "messages/session.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <unordered_map>

namespace avatar {

/// The answers of requests that sessions of somebody's own have. The pool gives these itself:
/// such a session may throw, or never answer. Each is given once.
class answer_relay {
public:
    using result_promise = caf::typed_response_promise<audio_result>;
    using time_point = caf::actor_clock::time_point;

    /// Fails those that are left: the pool ends.
    ~answer_relay();

    /// To a request that a session gets now. Gives the number that names the answer from then
    /// on; never 0.
    std::uint64_t add(result_promise promise, const assigned_request& assigned, time_point now);

    /// Ignored the second time.
    void answer(std::uint64_t number, audio_result result);
    void fail(std::uint64_t number, const protocol::failure& why, time_point now);

private:
    struct owed {
        result_promise promise;
        audio_result failed; ///< What is known of it, should it fail now.
        time_point since;
    };

    static void fail(owed& answer, const protocol::failure& why, nanoseconds served);

    std::unordered_map<std::uint64_t, owed> owed_;
    std::uint64_t last_ = 0;
};

} // namespace avatar
