#include "actors/pool/answer_relay.hpp"

#include "actors/pool/pool_failures.hpp"

#include <utility>

namespace avatar {

answer_relay::~answer_relay() {
    for (auto& [number, answer] : owed_)
        fail(answer, pool_has_ended(), nanoseconds(0));
}

std::uint64_t answer_relay::add(result_promise promise, const assigned_request& assigned,
                                const session_key& key, time_point now, time_point due) {
    audio_result failed;
    failed.request_id = assigned.request.request_id;
    failed.streamed = assigned.request.streamed();
    failed.waited = assigned.waited;
    failed.duration = assigned.waited + assigned.request.spent + assigned.spent;
    owed_.emplace(++last_, owed{std::move(promise), std::move(failed), key, now, due});
    due_.emplace(due, last_);
    return last_;
}

std::optional<answer_relay::owed> answer_relay::take(std::uint64_t number) {
    auto known = owed_.extract(number);
    if (!known)
        return std::nullopt;
    due_.erase({known.mapped().due, number});
    return std::move(known.mapped());
}

std::optional<session_key> answer_relay::answer(std::uint64_t number, audio_result result) {
    auto owed = take(number);
    if (!owed)
        return std::nullopt;
    owed->promise.deliver(std::move(result));
    return owed->key;
}

std::optional<session_key> answer_relay::fail(std::uint64_t number, const protocol::failure& why,
                                              time_point now) {
    auto owed = take(number);
    if (!owed)
        return std::nullopt;
    fail(*owed, why, now - owed->since);
    return owed->key;
}

void answer_relay::lift_deadline(std::uint64_t number) {
    if (const auto known = owed_.find(number); known != owed_.end())
        due_.erase({known->second.due, number});
}

std::optional<answer_relay::due_answer> answer_relay::first_due() const {
    if (due_.empty())
        return std::nullopt;
    const auto [due, number] = *due_.begin();
    return due_answer{due, number, owed_.at(number).key};
}

void answer_relay::fail(owed& answer, const protocol::failure& why, nanoseconds served) {
    auto& result = answer.failed;
    result.failure = why;
    result.failure.request_id = result.request_id;
    result.duration += served;
    answer.promise.deliver(std::move(result));
}

} // namespace avatar
