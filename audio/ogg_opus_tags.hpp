#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The comment header of an Ogg Opus stream (RFC 7845, section 5.2): title, artist, and
/// often a picture of megabytes.
namespace avatar::audio {

/// Bytes of the pages that hold it; 0 where there is none.
std::size_t opus_tags_size(std::string_view file);

/// The same stream with an empty one in its place, which every decoder requires, and the
/// pages behind it numbered anew. Audio and positions stay as they are. Throws audio_error
/// where the pages with the tags cannot be told from those with audio.
std::string without_opus_tags(std::string_view file);

} // namespace avatar::audio
