#include "audio/ogg_opus_stream.hpp"

#include "audio/decode.hpp"
#include "audio/error.hpp"
#include "protocol/audio_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace avatar::audio {
namespace {

constexpr std::int32_t opus_rate = 48'000;

/// Positions in a stream are the file's own word: one that is made up, or cut
/// from a longer stream, would make a clip of any length. A page holds 30 s.
constexpr double longest_stream = 6 * 3600.0;
constexpr double longest_page = 31.0;

std::size_t size_of(const std::vector<ogg_page_mark>& pages) {
    return std::accumulate(pages.begin(), pages.end(), std::size_t{0},
                           [](std::size_t sum, const ogg_page_mark& p) { return sum + p.size; });
}

/// Where the first page with audio ends.
double first_position(const std::vector<ogg_page_mark>& pages) {
    const auto first =
        std::ranges::find_if(pages, [](const ogg_page_mark& p) { return p.seconds > 0; });
    return first == pages.end() ? 0.0 : first->seconds;
}

} // namespace

std::chrono::nanoseconds ogg_opus_stream::length() const {
    const std::chrono::duration<double> seconds(pages.empty() ? 0.0 : pages.back().seconds);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(seconds);
}

std::optional<opus_header> ogg_opus_header(std::string_view file) {
    // The header packet of any codec fits in the first page.
    constexpr std::size_t most = 64 * 1024;
    ogg_opus_reader reader;
    reader.add(file.substr(0, most));
    return reader.header();
}

ogg_opus_stream take_ogg_opus(std::string file) {
    ogg_opus_reader reader;
    ogg_opus_stream stream;
    stream.pages = reader.add(file);
    if (!reader.header())
        throw audio_error("not Ogg Opus: expected a stream that begins with an Opus header");
    if (const auto channels = reader.header()->channels; channels != 1)
        throw audio_error(wrong_channels(channels));
    if (std::ranges::count(stream.pages, true, &ogg_page_mark::begins_stream) != 1)
        throw audio_error("more than one stream in it: expected one Ogg Opus stream");
    if (size_of(stream.pages) != file.size())
        throw audio_error("broken or cut off: expected whole Ogg pages from start to end");
    if (stream.pages.back().seconds <= 0.0)
        throw audio_error("no samples in it: expected speech");
    if (stream.pages.back().seconds > longest_stream)
        throw audio_error(
            fmt::format("plays for {:.0f} s by its own word: expected at most {:.0f} s",
                        stream.pages.back().seconds, longest_stream));
    if (first_position(stream.pages) > longest_page)
        throw audio_error("begins in the middle of a longer stream: expected one that begins at 0");
    const auto rate = reader.header()->sample_rate;
    stream.sample_rate = protocol::accepts_ogg_opus_rate(rate) ? rate : opus_rate;
    stream.bytes = std::move(file);
    return stream;
}

} // namespace avatar::audio
