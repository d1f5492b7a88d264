#include "audio/built_in.hpp"

#include <cstdint>

// Defined in speech.S.
extern "C" {
extern const char avatar_speech[];
extern const std::uint64_t avatar_speech_size;
}

namespace avatar::audio {

std::string_view built_in_speech() {
    return {avatar_speech, avatar_speech_size};
}

} // namespace avatar::audio
