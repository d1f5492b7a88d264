#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace avatar::audio {

/// The path that stands for standard input.
inline constexpr std::string_view standard_input = "-";

/// All bytes of a plain file, a pipe or standard input: at least one, at most `largest`.
/// Blocks, on a pipe until its writers have closed it.
/// Throws audio_error, its text without the file's name.
std::string read_file(const std::string& path, std::size_t largest);

} // namespace avatar::audio
