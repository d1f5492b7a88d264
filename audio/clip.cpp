#include "audio/clip.hpp"

#include "audio/built_in.hpp"
#include "audio/decode.hpp"
#include "config/error.hpp"
#include "config/settings.hpp"
#include "protocol/audio_format.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace avatar::audio {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t bytes_per_sample = 2;

bool is_raw(const fs::path& path) {
    const auto extension = protocol::lower_case(path.extension().string());
    return extension == ".pcm" || extension == ".raw";
}

// Anything but a plain file is refused before it is opened: reading a pipe or
// a device may never end.
void require_plain_file(const fs::path& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        throw audio_error("not found: expected an audio file");
    if (!fs::status_known(status))
        throw audio_error(
            fmt::format("cannot be reached ({}): expected an audio file", error.message()));
    if (fs::is_directory(status))
        throw audio_error("is a directory: expected an audio file");
    if (!fs::is_regular_file(status))
        throw audio_error("not a plain file: expected an audio file");
}

std::string read_file(const fs::path& path) {
    require_plain_file(path);
    errno = 0;
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        throw audio_error(
            fmt::format("cannot be opened ({}): expected an audio file", std::strerror(errno)));
    const auto size = static_cast<std::size_t>(file.tellg());
    if (size == 0)
        throw audio_error("is empty: expected an audio file");
    if (size > largest_audio)
        throw audio_error(fmt::format("{} bytes large: expected at most {} MiB", size,
                                      largest_audio / (1024 * 1024)));
    std::string bytes(size, '\0');
    file.seekg(0);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
        throw audio_error("cannot be read to its end: expected an audio file");
    return bytes;
}

pcm take_raw(std::string bytes, std::int32_t sample_rate) {
    if (bytes.size() % bytes_per_sample != 0)
        throw audio_error(fmt::format("{} bytes long, an odd number: expected 16-bit PCM, two "
                                      "bytes a sample",
                                      bytes.size()));
    return {std::move(bytes), sample_rate};
}

loaded_audio ready(pcm audio) {
    if (!protocol::accepts_pcm_rate(audio.sample_rate))
        throw audio_error(fmt::format("sample rate {} Hz: expected one that the service takes: {}",
                                      audio.sample_rate,
                                      protocol::rates_as_text(protocol::pcm_rates)));
    const auto samples = static_cast<std::int64_t>(audio.bytes.size() / bytes_per_sample);
    const auto length = std::chrono::nanoseconds(samples * std::nano::den / audio.sample_rate);
    return {audio_clip(std::move(audio.bytes)), audio.sample_rate, length};
}

} // namespace

loaded_audio load(const config::audio_settings& settings) {
    if (settings.file.empty())
        return ready(decode(built_in_speech(), largest_audio));
    try {
        auto bytes = read_file(settings.file);
        return ready(is_raw(settings.file) ? take_raw(std::move(bytes), settings.sample_rate)
                                           : decode(bytes, largest_audio));
    } catch (const audio_error& e) {
        throw audio_error(
            fmt::format("audio file {}: {}", config::printable(settings.file), e.what()));
    }
}

} // namespace avatar::audio
