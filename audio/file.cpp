#include "audio/file.hpp"

#include "audio/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace avatar::audio {

namespace {

namespace fs = std::filesystem;

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

} // namespace

std::string read_file(const std::string& path, std::size_t largest) {
    require_plain_file(path);
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file)
        throw audio_error(
            fmt::format("cannot be opened ({}): expected an audio file", std::strerror(errno)));
    const auto size = static_cast<std::size_t>(file.tellg());
    if (size == 0)
        throw audio_error("is empty: expected an audio file");
    if (size > largest)
        throw audio_error(
            fmt::format("{} bytes large: expected at most {} MiB", size, largest / (1024 * 1024)));
    std::string bytes(size, '\0');
    file.seekg(0);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
        throw audio_error("cannot be read to its end: expected an audio file");
    return bytes;
}

} // namespace avatar::audio
