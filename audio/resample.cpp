#include "audio/resample.hpp"

#include "audio/error.hpp"
#include "audio/samples.hpp"

#include <fmt/format.h>

#include <soxr.h>

namespace avatar::audio {

pcm resample(const pcm& audio, std::int32_t rate, std::size_t largest) {
    if (audio.sample_rate == rate)
        return audio;
    const auto in = to_samples(audio.bytes);
    // Rounded up, and some more: the resampler may round for itself.
    const auto most =
        in.size() * static_cast<std::size_t>(rate) / static_cast<std::size_t>(audio.sample_rate) +
        16;
    if (most * sizeof(std::int16_t) > largest)
        throw audio_error(fmt::format("too long at {} Hz: expected at most {} MiB as 16-bit PCM",
                                      rate, largest / (1024 * 1024)));
    std::vector<std::int16_t> out(most);
    std::size_t made = 0;
    // Without dither, so that the same clip gives the same bytes.
    auto io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
    io.flags |= SOXR_NO_DITHER;
    const auto quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_error_t error =
        soxr_oneshot(audio.sample_rate, rate, /*channels=*/1, in.data(), in.size(), nullptr,
                     out.data(), out.size(), &made, &io, &quality, nullptr);
    if (error)
        throw audio_error(
            fmt::format("cannot be converted to {} Hz ({})", rate, soxr_strerror(error)));
    if (made == 0)
        throw audio_error(fmt::format("no samples left of it at {} Hz: expected speech", rate));
    out.resize(made);
    return {to_bytes(out), rate};
}

} // namespace avatar::audio
