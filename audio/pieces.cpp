#include "audio/pieces.hpp"

#include "audio/samples.hpp"

#include <algorithm>

namespace avatar::audio {

std::vector<std::uint64_t> pcm_pieces(std::size_t bytes, std::int32_t sample_rate,
                                      nanoseconds interval) {
    std::vector<std::uint64_t> ends;
    const std::uint64_t total = bytes / bytes_per_sample;
    const auto rate = static_cast<std::uint64_t>(sample_rate);
    // No longer than the clip, so that nanoseconds times Hz fit.
    const auto step =
        std::min(static_cast<std::uint64_t>(interval.count()), total * std::nano::den / rate + 1);
    for (std::uint64_t i = 1;; ++i) {
        const auto samples = std::min<std::uint64_t>(total, i * step * rate / std::nano::den);
        ends.push_back(samples * bytes_per_sample);
        if (samples == total)
            return ends;
    }
}

std::vector<std::uint64_t> page_pieces(const std::vector<ogg_page_mark>& pages,
                                       nanoseconds interval) {
    const std::chrono::duration<double> step = interval;
    std::vector<std::uint64_t> ends{0};
    for (const auto& page : pages) {
        // A hair more: page times come from a division.
        while (page.seconds > static_cast<double>(ends.size()) * step.count() + 1e-9)
            ends.push_back(ends.back());
        ends.back() += page.size;
    }
    return ends;
}

} // namespace avatar::audio
