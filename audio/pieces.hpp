#pragma once

#include "audio/ogg_opus_reader.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

/// Where a clip is cut to be sent as a live stream: the end of each piece in
/// bytes, one piece for each `interval` of speech, the last the rest.
namespace avatar::audio {

using std::chrono::nanoseconds;

/// Of PCM of that size and rate: between samples.
std::vector<std::uint64_t> pcm_pieces(std::size_t bytes, std::int32_t sample_rate,
                                      nanoseconds interval);

/// Of Ogg Opus: between pages, each page in the first piece whose time it fits
/// in. A piece that no page ends in is empty.
std::vector<std::uint64_t> page_pieces(const std::vector<ogg_page_mark>& pages,
                                       nanoseconds interval);

} // namespace avatar::audio
