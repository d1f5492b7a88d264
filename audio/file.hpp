#pragma once

#include <cstddef>
#include <string>

namespace avatar::audio {

/// All bytes of a plain file of at most `largest` bytes, at least one. Blocks.
/// Throws audio_error, its text without the file's name.
std::string read_file(const std::string& path, std::size_t largest);

} // namespace avatar::audio
