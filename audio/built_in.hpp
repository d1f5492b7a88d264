#pragma once

#include <string_view>

namespace avatar::audio {

/// The speech clip that the program carries: the bytes of audio/speech.wav,
/// which audio/make-speech made. They live as long as the program.
std::string_view built_in_speech();

} // namespace avatar::audio
