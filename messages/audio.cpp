#include "messages/audio.hpp"

#include "messages/pieces.hpp"

#include <algorithm>
#include <stdexcept>

namespace avatar {
namespace {

std::string of_bytes(std::size_t size) {
    return "audio clip of " + std::to_string(size) + " bytes: ";
}

} // namespace

std::string describe(const clip_format& format) {
    const bool pcm = format.encoding == protocol::audio_format::pcm_s16le;
    return (pcm ? "PCM at " : "Ogg Opus at ") + std::to_string(format.sample_rate) + " Hz";
}

audio_clip::audio_clip(std::string bytes, std::vector<std::uint64_t> ends, nanoseconds interval,
                       const clip_format& format) {
    content given{std::move(bytes), std::move(ends), interval, format};
    if (const auto why = misfit(given); !why.empty())
        throw std::invalid_argument(why);
    content_ = std::make_shared<const content>(std::move(given));
}

std::string audio_clip::misfit(const content& c) {
    const auto size = c.bytes.size();
    // When each piece is due is told by a product of the two.
    constexpr nanoseconds longest = std::chrono::hours(10 * 366 * 24);
    const auto pieces = static_cast<nanoseconds::rep>(c.ends.size());
    if (c.interval < nanoseconds(0) || c.interval > longest / std::max(pieces, nanoseconds::rep{1}))
        return of_bytes(size) + std::to_string(pieces) + " pieces at an interval of " +
               std::to_string(c.interval.count()) +
               " ns; expected 0 or more, and ten years at most in all";
    if (c.ends.empty())
        return {};
    const auto why = why_not_cut(size, c.ends, "piece");
    return why.empty() ? why : of_bytes(size) + why;
}

caf::error audio_clip::take(content read) {
    if (const auto why = misfit(read); !why.empty())
        return caf::make_error(caf::sec::invalid_argument, why);
    content_ = std::make_shared<const content>(std::move(read));
    return caf::none;
}

} // namespace avatar
