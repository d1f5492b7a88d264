#pragma once

#include "../../audio/encode.hpp"
#include "../../config/settings.hpp"
#include "../../messages/audio.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <optional>

namespace avatar {

/// The state of an encoding source: the stream of one request.
class encoding_source_state {
public:
    using self_pointer = audio_source_actor::pointer;
    using piece_promise = caf::typed_response_promise<audio_piece>;

    explicit encoding_source_state(self_pointer self) : self_(self) {}

    audio_source_actor::behavior_type start(audio_source_actor speaker, std::int32_t sample_rate,
                                            config::opus_settings settings);

    const char* name = "encoding_source";

private:
    piece_promise on_next(next_audio& asked);
    void ask(const next_audio& what, piece_promise answer);
    void on_spoken(const audio_piece& spoken, next_audio asked, piece_promise answer);

    self_pointer self_;
    audio_source_actor speaker_;
    std::int32_t sample_rate_ = 0;
    config::opus_settings settings_;
    std::uint64_t streams_ = 0; // That were begun.
    std::optional<audio::ogg_opus_encoder> stream_;
};

/// Behaviour of a source of Ogg Opus: asks `speaker`, whose pieces are mono PCM (signed
/// 16-bit little-endian, in any cut) at `sample_rate` Hz, and encodes what it says, as one
/// stream for each request. For one request at a time: when another begins, the stream of
/// the one before is over, and a question for that is answered by an error. Pieces that
/// complete no packet are joined. Ends when `speaker` does, and with the encoder's error, if
/// there is one. To be spawned detached where pieces are seconds long: encoding takes time.
audio_source_actor::behavior_type
encoding_source(audio_source_actor::stateful_pointer<encoding_source_state> self,
                audio_source_actor speaker, std::int32_t sample_rate,
                const config::opus_settings& settings);

} // namespace avatar
