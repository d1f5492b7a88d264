#pragma once

#include "messages/audio.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace avatar {

/// The answers of requests that sessions of somebody's own have. The pool gives these itself:
/// such a session may throw, or never answer. Each is given once.
class answer_relay {
public:
    using result_promise = caf::typed_response_promise<audio_result>;

    /// Fails those that are left: the pool ends.
    ~answer_relay();

    /// Gives the number that names the answer from then on; never 0.
    std::uint64_t add(result_promise promise, const audio_request& request);

    /// Ignored the second time.
    void answer(std::uint64_t number, audio_result result);
    void fail(std::uint64_t number, const protocol::failure& why);

private:
    struct owed {
        result_promise promise;
        std::string request_id;
        bool streamed = false;
    };

    static void fail(owed& answer, const protocol::failure& why);

    std::unordered_map<std::uint64_t, owed> owed_;
    std::uint64_t last_ = 0;
};

} // namespace avatar
