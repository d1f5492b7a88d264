#include "audio/clip.hpp"

#include "audio/built_in.hpp"
#include "audio/container.hpp"
#include "audio/decode.hpp"
#include "audio/encode.hpp"
#include "audio/file.hpp"
#include "audio/ogg_opus_stream.hpp"
#include "audio/ogg_opus_tags.hpp"
#include "audio/pieces.hpp"
#include "audio/resample.hpp"
#include "audio/samples.hpp"
#include "audio/wav_sizes.hpp"
#include "config/error.hpp"
#include "config/settings.hpp"
#include "protocol/audio_format.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <variant>

namespace avatar::audio {

namespace {

using protocol::audio_format;
using std::chrono::nanoseconds;

/// Raw PCM has no header; a file that has one is what that says, whatever its name.
bool is_raw(const config::audio_settings& settings, std::string_view bytes) {
    constexpr std::array<std::string_view, 5> names{".pcm", ".raw", ".s16le", ".s16", ".sw"};
    const std::filesystem::path path(settings.file);
    const auto extension = protocol::lower_case(path.extension().string());
    const bool said = settings.raw || std::ranges::find(names, extension) != names.end();
    return said && container_of(bytes).empty();
}

/// Mono as it is; with more channels only after decoding.
bool stays_ogg_opus(const config::audio_settings& settings, std::string_view bytes) {
    const auto header = ogg_opus_header(bytes);
    return header && settings.resample == 0 && (header->channels == 1 || !settings.downmix);
}

pcm take_raw(std::string bytes, std::int32_t sample_rate) {
    if (bytes.size() % bytes_per_sample != 0)
        throw audio_error(fmt::format("{} bytes long, an odd number: expected 16-bit PCM, two "
                                      "bytes a sample",
                                      bytes.size()));
    return {std::move(bytes), sample_rate};
}

/// What a file holds: samples, or a stream that stays as it is.
using source = std::variant<pcm, ogg_opus_stream>;

source read_source(const config::audio_settings& settings) {
    if (settings.file.empty())
        return decode(built_in_speech(), largest_audio);
    auto bytes = read_file(settings.file, largest_audio);
    if (is_raw(settings, bytes))
        return take_raw(std::move(bytes), settings.sample_rate);
    if (stays_ogg_opus(settings, bytes)) {
        auto stream = take_ogg_opus(std::move(bytes));
        return settings.strip_tags ? take_ogg_opus(without_opus_tags(stream.bytes))
                                   : std::move(stream);
    }
    correct_wav_sizes(bytes);
    return decode(bytes, largest_audio, settings.downmix);
}

template <std::size_t N>
void require_rate(std::int32_t rate, const std::array<int, N>& taken, std::string_view format) {
    if (std::ranges::find(taken, rate) == taken.end())
        throw audio_error(fmt::format("sample rate {} Hz: expected one that the service takes as "
                                      "{}: {} (or --audio.resample to one of them)",
                                      rate, format, protocol::rates_as_text(taken)));
}

nanoseconds length_of(const pcm& audio) {
    const auto samples = static_cast<std::int64_t>(audio.bytes.size() / bytes_per_sample);
    return nanoseconds(samples * std::nano::den / audio.sample_rate);
}

loaded_audio as_pcm(pcm audio, nanoseconds chunk) {
    require_rate(audio.sample_rate, protocol::pcm_rates, "PCM");
    const clip_format format{audio_format::pcm_s16le, audio.sample_rate};
    const auto length = length_of(audio);
    if (chunk == nanoseconds(0))
        return {audio_clip(std::move(audio.bytes), format), length, 0};
    auto ends = pcm_pieces(audio.bytes.size(), audio.sample_rate, chunk);
    return {audio_clip(std::move(audio.bytes), std::move(ends), chunk, format), length, 0};
}

/// `bitrate`: what our own encoder was asked for; 0: nothing, or it is not ours.
loaded_audio as_ogg_opus(ogg_opus_stream stream, nanoseconds chunk, std::size_t bitrate = 0) {
    const clip_format format{audio_format::ogg_opus, stream.sample_rate,
                             static_cast<std::int32_t>(bitrate)};
    const auto length = stream.length();
    const auto tags = opus_tags_size(stream.bytes);
    if (chunk == nanoseconds(0))
        return {audio_clip(std::move(stream.bytes), format), length, tags};
    auto ends = page_pieces(stream.pages, chunk);
    return {audio_clip(std::move(stream.bytes), std::move(ends), chunk, format), length, tags};
}

loaded_audio encoded(const pcm& audio, const config::audio_settings& settings) {
    require_rate(audio.sample_rate, protocol::ogg_opus_rates, "Ogg Opus");
    return as_ogg_opus(take_ogg_opus(encode_ogg_opus(audio, settings.opus)), settings.chunk,
                       settings.opus.bitrate);
}

loaded_audio prepare(const config::audio_settings& settings) {
    auto from = read_source(settings);
    if (auto* stream = std::get_if<ogg_opus_stream>(&from))
        return as_ogg_opus(std::move(*stream), settings.chunk);
    auto audio = std::get<pcm>(std::move(from));
    if (settings.resample != 0)
        audio = resample(audio, settings.resample, largest_audio);
    if (settings.encode == "opus")
        return encoded(audio, settings);
    return as_pcm(std::move(audio), settings.chunk);
}

std::string name_of(const std::string& file) {
    if (file.empty())
        return "audio file built into the program";
    if (file == standard_input)
        return "audio on standard input";
    return "audio file " + config::printable(file);
}

} // namespace

loaded_audio load(const config::audio_settings& settings) {
    try {
        return prepare(settings);
    } catch (const audio_error& e) {
        throw audio_error(fmt::format("{}: {}", name_of(settings.file), e.what()));
    }
}

std::optional<std::string> warning_of(const loaded_audio& audio, const std::string& file) {
    constexpr std::size_t usual_tags = 4096;
    if (audio.tag_bytes <= usual_tags)
        return std::nullopt;
    return fmt::format("{}: {} bytes of tags, such as cover art, go out with every request: "
                       "--audio.strip-tags=true leaves them out",
                       name_of(file), audio.tag_bytes);
}

} // namespace avatar::audio
