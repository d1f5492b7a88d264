#include "audio/file.hpp"

#include "audio/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <unistd.h>

namespace avatar::audio {

namespace {

namespace fs = std::filesystem;

/// Closed with it, unless it is standard input.
class open_file {
public:
    explicit open_file(int descriptor) : descriptor_(descriptor) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (descriptor_ > STDIN_FILENO)
            ::close(descriptor_);
    }

    int get() const { return descriptor_; }

private:
    int descriptor_;
};

// Anything but a plain file or a pipe is refused before it is opened: reading a device
// may never end.
fs::file_status require_readable(const fs::path& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        throw audio_error("not found: expected an audio file");
    if (!fs::status_known(status))
        throw audio_error(
            fmt::format("cannot be reached ({}): expected an audio file", error.message()));
    if (fs::is_directory(status))
        throw audio_error("is a directory: expected an audio file");
    if (!fs::is_regular_file(status) && !fs::is_fifo(status))
        throw audio_error("neither a plain file nor a pipe: expected an audio file");
    return status;
}

[[noreturn]] void refuse_size(const std::string& size, std::size_t largest) {
    throw audio_error(
        fmt::format("{} bytes large: expected at most {} MiB", size, largest / (1024 * 1024)));
}

/// Reads up to `most` bytes; 0 at the end.
std::size_t read_some(int from, char* to, std::size_t most) {
    for (;;) {
        const auto count = ::read(from, to, most);
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno == EAGAIN) { // Whoever shares the pipe may not want to wait.
            pollfd readable{from, POLLIN, 0};
            ::poll(&readable, 1, -1);
        } else if (errno != EINTR) {
            throw audio_error(
                fmt::format("cannot be read ({}): expected an audio file", std::strerror(errno)));
        }
    }
}

/// At most one byte more than `largest`.
std::string read_to_end(int from, std::size_t largest) {
    constexpr std::size_t step = 64 * 1024;
    std::string bytes;
    while (bytes.size() <= largest) {
        const auto held = bytes.size();
        bytes.resize(held + std::min(step, largest + 1 - held));
        const auto count = read_some(from, bytes.data() + held, bytes.size() - held);
        bytes.resize(held + count);
        if (count == 0)
            break;
    }
    return bytes;
}

std::string read_standard_input(std::size_t largest) {
    if (::isatty(STDIN_FILENO))
        throw audio_error("a terminal: expected a pipe or a file with audio");
    return read_to_end(STDIN_FILENO, largest);
}

std::string read_path(const std::string& path, std::size_t largest) {
    const auto status = require_readable(path);
    const open_file file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        throw audio_error(
            fmt::format("cannot be opened ({}): expected an audio file", std::strerror(errno)));
    if (fs::is_fifo(status))
        return read_to_end(file.get(), largest);
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (!error && size > largest)
        refuse_size(std::to_string(size), largest);
    auto bytes = read_to_end(file.get(), largest);
    if (!error && bytes.size() < size)
        throw audio_error("cannot be read to its end: expected an audio file");
    return bytes;
}

} // namespace

std::string read_file(const std::string& path, std::size_t largest) {
    auto bytes = path == standard_input ? read_standard_input(largest) : read_path(path, largest);
    if (bytes.empty())
        throw audio_error("is empty: expected an audio file");
    if (bytes.size() > largest)
        refuse_size(fmt::format("more than {}", largest), largest);
    return bytes;
}

} // namespace avatar::audio
