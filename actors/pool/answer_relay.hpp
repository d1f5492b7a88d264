#pragma once

#include "messages/session.hpp"

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace avatar {

/// The answers of requests that sessions of somebody's own have. The pool gives these itself:
/// such a session may throw, or never answer. Each is given once.
class answer_relay {
public:
    using result_promise = caf::typed_response_promise<audio_result>;
    using time_point = caf::actor_clock::time_point;

    /// Fails those that are left: the pool ends.
    ~answer_relay();

    /// To a request that the session `key` gets now, and that has until `due`. Gives the number
    /// that names the answer from then on; never 0.
    std::uint64_t add(result_promise promise, const assigned_request& assigned,
                      const session_key& key, time_point now, time_point due);

    /// Gives it, and says which session had the request. Nothing: it was given before.
    std::optional<session_key> answer(std::uint64_t number, audio_result result);
    std::optional<session_key> fail(std::uint64_t number, const protocol::failure& why,
                                    time_point now);

    /// Its request is back in the pool, which is to give the answer: it is not due any more.
    void lift_deadline(std::uint64_t number);

    /// An answer, by when it is due, and which session has its request.
    struct due_answer {
        time_point due;
        std::uint64_t number = 0;
        session_key key;
    };

    /// The one whose time is over first. Nothing: none is owed.
    std::optional<due_answer> first_due() const;

private:
    struct owed {
        result_promise promise;
        audio_result failed; ///< What is known of it, should it fail now.
        session_key key;
        time_point since;
        time_point due;
    };

    std::optional<owed> take(std::uint64_t number);
    static void fail(owed& answer, const protocol::failure& why, nanoseconds served);

    std::unordered_map<std::uint64_t, owed> owed_;
    std::set<std::pair<time_point, std::uint64_t>> due_; // When, and which.
    std::uint64_t last_ = 0;
};

} // namespace avatar
