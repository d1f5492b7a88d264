#include "application/caller.hpp"

#include "actors/actor_end.hpp"
#include "actors/pool/pool_failures.hpp"
#include "actors/speech/encoding_source.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace avatar::application {
namespace {

/// Of speech, at a time: a quarter of a second or more, which no thread encodes for long.
constexpr std::size_t most_of_a_piece = 8 * 1024;

audio_result failed(const std::string& request_id, protocol::failure why) {
    audio_result result;
    result.request_id = request_id;
    result.failure = std::move(why);
    return result;
}

} // namespace

ordered_animation::~ordered_animation() {
    end(failed(request.request_id, pool_has_ended()));
}

void ordered_animation::end(audio_result result) {
    if (speech) // First: whoever knows the result may not speak any more.
        speech->close();
    frames->finish(std::move(result));
}

caller_actor::behavior_type caller(caller_actor::stateful_pointer<caller_state> self,
                                   pool_actor pool, std::int32_t sample_rate,
                                   speech_encoding encoding) {
    name_exceptions(self);
    return self->state.start(std::move(pool), sample_rate, std::move(encoding));
}

caller_actor::behavior_type caller_state::start(pool_actor pool, std::int32_t sample_rate,
                                                speech_encoding encoding) {
    pool_ = std::move(pool);
    sample_rate_ = sample_rate;
    encoding_ = std::move(encoding);
    // A pool that was killed leaves requests without an answer.
    self_->monitor(pool_);
    self_->set_down_handler([this](const caf::down_msg&) { running_.clear(); });
    return {
        [this](open_question& asked) { ask_pool(asked); },
        [this](status_question& asked) { ask_pool(asked); },
        [this](close_question& asked) { ask_pool(asked); },
        [this](acquire_question& asked) { ask_pool(asked); },
        [this](const release_session& lease) { self_->send(pool_, lease); },
        [this](animation_order& order) { on_order(order); },
        [this](const cancel_animation& x) { self_->send(pool_, interrupt_request{x.request_id}); },
        [this](const frames_taken& taken) { on_frames_taken(taken); },
        [this](const speech_written& written) { on_speech_written(written); },
        [this](const animation_frames& some) { return on_frames(some); },
        [this](const next_audio& asked) { return on_next_audio(asked); },
    };
}

template <class Request, class Answer>
void caller_state::ask_pool(std::shared_ptr<question<Request, Answer>>& asked) {
    auto request = asked->request;
    // An error drops the question.
    self_->request(pool_, caf::infinite, std::move(request))
        .then(
            [this, asked](const Answer& answer) {
                if (!asked->answer(answer))
                    on_unheard(answer);
            },
            [](const caf::error&) {});
}

/// Whoever wanted it does not wait any more.
void caller_state::on_unheard(const lease_granted& granted) {
    if (granted.ok())
        self_->send(pool_, release_session{granted.lease});
}

void caller_state::on_order(animation_order& order) {
    auto request = order->request;
    const auto id = request.request_id;
    request.sink = caf::actor_cast<frame_sink_actor>(self_);
    if (order->speech) {
        request.source = caf::actor_cast<audio_source_actor>(self_);
        if (encoding_)
            request.source =
                self_->spawn(encoding_source, request.source, sample_rate_, *encoding_);
    }
    running_.emplace(id, running{std::move(order), {}, {}});
    self_->request(pool_, caf::infinite, std::move(request))
        .then([this, id](audio_result& result) { finish(id, std::move(result)); },
              [this, id](const caf::error&) { finish(id, failed(id, pool_has_ended())); });
}

caller_state::credit_promise caller_state::on_frames(const animation_frames& some) {
    auto promise = self_->make_response_promise<frame_credit>();
    const frame_credit used{some.frames.size(), some.frames.bytes().size()};
    const auto it = running_.find(some.request_id);
    if (it == running_.end() || it->second.order->frames->add(some.frames))
        promise.deliver(used);
    else
        it->second.owed.push_back({promise, used});
    return promise;
}

caller_state::piece_promise caller_state::on_next_audio(const next_audio& asked) {
    auto promise = self_->make_response_promise<audio_piece>();
    const auto it = running_.find(asked.request_id);
    if (it == running_.end() || !it->second.order->speech) {
        promise.deliver(audio_piece{{}, true});
    } else {
        it->second.asked = promise;
        on_speech_written({asked.request_id});
    }
    return promise;
}

void caller_state::on_frames_taken(const frames_taken& taken) {
    const auto it = running_.find(taken.request_id);
    if (it != running_.end())
        grant_owed(it->second);
}

void caller_state::on_speech_written(const speech_written& written) {
    const auto it = running_.find(written.request_id);
    if (it == running_.end() || !it->second.asked)
        return;
    if (auto piece = it->second.order->speech->take(most_of_a_piece))
        std::exchange(it->second.asked, std::nullopt)->deliver(std::move(*piece));
}

void caller_state::grant_owed(running& animation) {
    for (auto& owed : std::exchange(animation.owed, {}))
        owed.promise.deliver(owed.credit);
}

void caller_state::finish(const std::string& request_id, audio_result result) {
    const auto it = running_.find(request_id);
    if (it == running_.end())
        return;
    it->second.order->end(std::move(result));
    // Sessions wait for an answer to all that they ask.
    grant_owed(it->second);
    if (it->second.asked)
        it->second.asked->deliver(audio_piece{{}, true});
    running_.erase(it);
}

} // namespace avatar::application
