#include "actors/pool/answer_relay.hpp"

#include "actors/pool/pool_failures.hpp"

#include <utility>

namespace avatar {

answer_relay::~answer_relay() {
    for (auto& [number, answer] : owed_)
        fail(answer, pool_has_ended());
}

std::uint64_t answer_relay::add(result_promise promise, const audio_request& request) {
    owed_.emplace(++last_, owed{std::move(promise), request.request_id, request.streamed()});
    return last_;
}

void answer_relay::answer(std::uint64_t number, audio_result result) {
    if (auto known = owed_.extract(number))
        known.mapped().promise.deliver(std::move(result));
}

void answer_relay::fail(std::uint64_t number, const protocol::failure& why) {
    if (auto known = owed_.extract(number))
        fail(known.mapped(), why);
}

void answer_relay::fail(owed& answer, const protocol::failure& why) {
    audio_result result;
    result.request_id = answer.request_id;
    result.failure = why;
    result.failure.request_id = answer.request_id;
    result.streamed = answer.streamed;
    answer.promise.deliver(std::move(result));
}

} // namespace avatar
