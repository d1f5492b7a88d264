#include "audio/decode.hpp"

#include "audio/container.hpp"
#include "audio/error.hpp"
#include "audio/samples.hpp"

#include <fmt/format.h>
#include <sndfile.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <string>

namespace avatar::audio {

namespace {

// A file in memory, as libsndfile reads it.
struct memory_file {
    std::string_view bytes;
    sf_count_t position = 0;
};

memory_file& of(void* user) {
    return *static_cast<memory_file*>(user);
}

sf_count_t length(void* user) {
    return static_cast<sf_count_t>(of(user).bytes.size());
}

sf_count_t tell(void* user) {
    return of(user).position;
}

sf_count_t seek(sf_count_t offset, int whence, void* user) {
    sf_count_t from = 0;
    if (whence == SEEK_CUR)
        from = tell(user);
    else if (whence == SEEK_END)
        from = length(user);
    sf_count_t target = 0;
    if (__builtin_add_overflow(from, offset, &target) || target < 0)
        return -1;
    return of(user).position = target;
}

sf_count_t read(void* to, sf_count_t count, void* user) {
    const auto left = std::max<sf_count_t>(0, length(user) - tell(user));
    count = std::clamp<sf_count_t>(count, 0, left);
    if (count > 0)
        std::memcpy(to, of(user).bytes.data() + tell(user), static_cast<std::size_t>(count));
    of(user).position += count;
    return count;
}

sf_count_t write(const void*, sf_count_t, void*) {
    return 0;
}

// libsndfile's own conversion from floating point scales by the loudest sample
// or lets loud ones wrap, depending on the format; from more than 16 bits it
// cuts. So everything is read as float, which holds 16 bits exactly.
std::int16_t to_16_bit(float sample) {
    if (std::isnan(sample))
        return 0;
    using limits = std::numeric_limits<std::int16_t>;
    const auto scaled = std::clamp(sample * 32768.0F, float(limits::min()), float(limits::max()));
    return static_cast<std::int16_t>(std::lrint(scaled));
}

float mean(std::span<const float> frame) {
    return std::accumulate(frame.begin(), frame.end(), 0.0F) / static_cast<float>(frame.size());
}

[[noreturn]] void refuse(std::string_view file, std::string_view reason) {
    const auto container = container_of(file);
    if (!container.empty())
        throw audio_error(fmt::format("{} that cannot be read ({}): expected WAV, FLAC or Ogg",
                                      container, reason));
    throw audio_error(
        fmt::format("not audio that can be read ({}): expected WAV, FLAC or Ogg, or raw 16-bit "
                    "PCM named .pcm or .raw, or any name with --audio.raw=true",
                    reason));
}

} // namespace

std::string wrong_channels(int channels) {
    return fmt::format("{} channels: expected 1 (mono), or --audio.downmix=true to mix them",
                       channels);
}

pcm decode(std::string_view file, std::size_t largest, bool downmix) {
    memory_file memory{file};
    SF_VIRTUAL_IO io{length, seek, read, write, tell};
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> opened(
        sf_open_virtual(&io, SFM_READ, &info, &memory), sf_close);
    if (!opened)
        refuse(file, sf_strerror(nullptr));
    if (info.channels != 1 && !downmix)
        throw audio_error(wrong_channels(info.channels));
    const auto channels = static_cast<std::size_t>(info.channels);

    pcm result;
    result.sample_rate = info.samplerate;
    // Until there is no more: the length that a header states may be wrong.
    std::array<float, 16'384> samples; // Of 1024 channels at most, libsndfile's limit.
    const auto frames = static_cast<sf_count_t>(samples.size() / channels);
    while (const auto count = sf_readf_float(opened.get(), samples.data(), frames)) {
        if (count < 0)
            throw audio_error(fmt::format("cannot be decoded ({}): expected a sound file",
                                          sf_strerror(opened.get())));
        if (result.bytes.size() + 2 * static_cast<std::size_t>(count) > largest)
            throw audio_error(fmt::format("too long: expected at most {} MiB as 16-bit PCM",
                                          largest / (1024 * 1024)));
        for (const auto* frame = samples.data(); frame != samples.data() + count * info.channels;
             frame += channels)
            append(result.bytes, to_16_bit(mean({frame, channels})));
    }
    if (result.bytes.empty())
        throw audio_error("no samples in it: expected speech");
    return result;
}

} // namespace avatar::audio
