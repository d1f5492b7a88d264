#include "actors/speech/encoding_source.hpp"

#include "actors/actor_end.hpp"

#include <utility>

namespace avatar {
namespace {

caf::error no_stream() {
    return caf::make_error(caf::sec::invalid_argument,
                           "another request's stream has begun, or its own has ended");
}

} // namespace

audio_source_actor::behavior_type
encoding_source(audio_source_actor::stateful_pointer<encoding_source_state> self,
                audio_source_actor speaker, std::int32_t sample_rate,
                const config::opus_settings& settings) {
    name_exceptions(self);
    return self->state.start(std::move(speaker), sample_rate, settings);
}

audio_source_actor::behavior_type encoding_source_state::start(audio_source_actor speaker,
                                                               std::int32_t sample_rate,
                                                               config::opus_settings settings) {
    speaker_ = std::move(speaker);
    sample_rate_ = sample_rate;
    settings_ = std::move(settings);
    self_->monitor(speaker_);
    self_->set_down_handler([this](const caf::down_msg& down) { self_->quit(down.reason); });
    return {[this](next_audio& asked) { return on_next(asked); }};
}

encoding_source_state::piece_promise encoding_source_state::on_next(next_audio& asked) {
    auto promise = self_->make_response_promise<audio_piece>();
    if (asked.first) {
        stream_.emplace(sample_rate_, settings_);
        ++streams_;
    }
    if (stream_)
        ask(asked, promise);
    else
        promise.deliver(no_stream());
    return promise;
}

void encoding_source_state::ask(const next_audio& what, piece_promise answer) {
    self_->request(speaker_, caf::infinite, what)
        .then(
            [this, what, answer, stream = streams_](const audio_piece& spoken) mutable {
                if (stream == streams_ && stream_)
                    on_spoken(spoken, what, answer);
                else
                    answer.deliver(no_stream());
            },
            [answer](caf::error& why) mutable { answer.deliver(std::move(why)); });
}

void encoding_source_state::on_spoken(const audio_piece& spoken, next_audio asked,
                                      piece_promise answer) {
    audio_piece piece{stream_->encode(spoken.bytes), spoken.last};
    if (spoken.last) {
        piece.bytes += stream_->finish();
        stream_.reset();
    }
    asked.first = false;
    if (piece.bytes.empty() && !piece.last && !spoken.bytes.empty())
        ask(asked, answer);
    else // An empty piece of the speaker's is for whoever asked to refuse.
        answer.deliver(std::move(piece));
}

} // namespace avatar
