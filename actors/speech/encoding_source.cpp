#include "actors/speech/encoding_source.hpp"

#include "actors/actor_end.hpp"

#include <utility>

namespace avatar {

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
    return {[this](const next_audio& asked) { return on_next(asked); }};
}

encoding_source_state::piece_promise encoding_source_state::on_next(const next_audio& asked) {
    auto promise = self_->make_response_promise<audio_piece>();
    if (!stream_ || asked.request_id != request_id_) {
        stream_.emplace(sample_rate_, settings_);
        request_id_ = asked.request_id;
    }
    ask(asked, promise);
    return promise;
}

void encoding_source_state::ask(const next_audio& asked, piece_promise promise) {
    self_->request(speaker_, caf::infinite, asked)
        .then(
            [this, asked, promise](const audio_piece& spoken) mutable {
                if (asked.request_id != request_id_ || !stream_)
                    return; // Nobody waits for it any more.
                auto piece = encode(spoken);
                if (piece.bytes.empty() && !piece.last)
                    ask(asked, promise);
                else
                    promise.deliver(std::move(piece));
            },
            [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
}

audio_piece encoding_source_state::encode(const audio_piece& spoken) {
    audio_piece piece{stream_->encode(spoken.bytes), spoken.last};
    if (spoken.last) {
        piece.bytes += stream_->finish();
        stream_.reset();
    }
    return piece;
}

} // namespace avatar
