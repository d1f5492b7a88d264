#pragma once

#include <string_view>

namespace avatar::audio {

/// What the first bytes of a file say that it is: "WAV", "Ogg", "FLAC" and so on,
/// whether or not it can be read here; empty for what has no header, such as raw PCM.
std::string_view container_of(std::string_view file);

} // namespace avatar::audio
