#include "actors/pool/answer_relay.hpp"

#include "actors/pool/pool_failures.hpp"

#include <utility>

namespace avatar {

answer_relay::~answer_relay() {
    for (auto& [number, answer] : owed_)
        fail(answer, pool_has_ended(), nanoseconds(0));
}

std::uint64_t answer_relay::add(result_promise promise, const assigned_request& assigned,
                                time_point now) {
    audio_result failed;
    failed.request_id = assigned.request.request_id;
    failed.streamed = assigned.request.streamed();
    failed.waited = assigned.waited;
    failed.duration = assigned.waited + assigned.request.spent + assigned.spent;
    owed_.emplace(++last_, owed{std::move(promise), std::move(failed), now});
    return last_;
}

void answer_relay::answer(std::uint64_t number, audio_result result) {
    if (auto known = owed_.extract(number))
        known.mapped().promise.deliver(std::move(result));
}

void answer_relay::fail(std::uint64_t number, const protocol::failure& why, time_point now) {
    if (auto known = owed_.extract(number))
        fail(known.mapped(), why, now - known.mapped().since);
}

void answer_relay::fail(owed& answer, const protocol::failure& why, nanoseconds served) {
    auto& result = answer.failed;
    result.failure = why;
    result.failure.request_id = result.request_id;
    result.duration += served;
    answer.promise.deliver(std::move(result));
}

} // namespace avatar
