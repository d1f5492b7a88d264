#include "report/destination.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace avatar::report {
namespace {

namespace fs = std::filesystem;

destination unusable(std::string reason) {
    return {destination_kind::unusable, {}, file_descriptor(), std::move(reason)};
}

destination unusable(int error) {
    return unusable(std::generic_category().message(error));
}

destination direct(fs::path target, file_descriptor fd) {
    if (fd.get() == -1)
        return unusable(errno);
    return {destination_kind::direct, std::move(target), std::move(fd), {}};
}

// The descriptor that "/dev/fd/3" or "/proc/self/fd/3" names. Such a path must
// not be opened anew: a second opening of a regular file has a position of its
// own, and would write over what the first one wrote.
std::optional<int> open_descriptor_named(const fs::path& path) {
    const auto folder = path.parent_path();
    if (folder != "/dev/fd" && folder != "/proc/self/fd")
        return std::nullopt;
    const auto name = path.filename().string();
    const auto* const end = name.data() + name.size();
    int fd = -1;
    const auto [rest, error] = std::from_chars(name.data(), end, fd);
    return error == std::errc() && rest == end ? std::optional(fd) : std::nullopt;
}

destination duplicate(const fs::path& path, int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    // The program takes the number of a standard stream that is closed, by a name alone.
    if (flags != -1 && (flags & O_PATH) != 0)
        return unusable("it is closed");
    if (flags != -1 && (flags & O_ACCMODE) == O_RDONLY)
        return unusable("it is open for reading only");
    return direct(path, file_descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0)));
}

// Neither waits for the reader of a pipe nor for a line that is hung up.
destination open_directly(const fs::path& path) {
    file_descriptor fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (fd.get() == -1)
        return errno == ENXIO ? unusable("it is a pipe that nobody reads, or a socket")
                              : unusable(errno);
    if (::fcntl(fd.get(), F_SETFL, 0) != 0)
        return unusable(errno);
    return direct(path, std::move(fd));
}

destination look_at(const fs::path& path) {
    if (!path.has_filename())
        return unusable("it names a folder; name a file");
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        // Nothing there is fine. A folder that is missing is found out when
        // the temporary file is made.
        if (errno != ENOENT)
            return unusable(errno);
        return {destination_kind::replaceable, path, file_descriptor(), {}};
    }
    if (S_ISDIR(found.st_mode))
        return unusable("it is a folder; name a file in it");
    if (S_ISREG(found.st_mode))
        return {destination_kind::replaceable, path, file_descriptor(), {}};
    return open_directly(path);
}

} // namespace

bool is_standard_output(const fs::path& path) {
    return path == "-";
}

destination find_destination(const fs::path& path) {
    if (path.empty())
        return unusable("the path is empty");
    if (is_standard_output(path))
        return duplicate(path, STDOUT_FILENO);
    // By hand, since std::filesystem resolves no link that leads to nothing,
    // and the links of open descriptors lead to no path.
    constexpr int most_links = 40; // as the kernel has it, path_resolution(7)
    auto target = path;
    for (int links = 0; links <= most_links; ++links) {
        if (const auto fd = open_descriptor_named(target))
            return duplicate(target, *fd);
        std::error_code error;
        const auto next = fs::read_symlink(target, error);
        if (error)
            return look_at(target);
        target = next.is_absolute() ? next : target.parent_path() / next;
    }
    return unusable(ELOOP);
}

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

} // namespace avatar::report
