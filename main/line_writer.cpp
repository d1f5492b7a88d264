#include "main/line_writer.hpp"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace avatar {
namespace {

/// A pipe or a terminal, opened once more. To make the one that others share
/// non-blocking would change it for them as well. -1: not possible, or of no use.
int open_again(int fd, mode_t mode) {
    if (!S_ISFIFO(mode) && !S_ISCHR(mode))
        return -1;
    const auto path = fmt::format("/proc/self/fd/{}", fd);
    return ::open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

mode_t mode_of(int fd) {
    struct stat found {};
    return ::fstat(fd, &found) == 0 ? found.st_mode : 0;
}

} // namespace

line_writer::line_writer(int fd, std::chrono::milliseconds timeout)
    : own_(open_again(fd, mode_of(fd))),
      fd_(own_.get() == -1 ? fd : own_.get()),
      socket_(S_ISSOCK(mode_of(fd))),
      timeout_(timeout) {}

bool line_writer::write(std::string_view text, std::uint64_t stands_for) {
    tell_dropped();
    if (untold_ == 0 && put(text))
        return true;
    untold_ += stands_for;
    return false;
}

void line_writer::tell_dropped() {
    if (untold_ > 0 && put(fmt::format("avatar-pool: {} log lines were dropped: standard error "
                                       "was not read in time\n",
                                       untold_)))
        untold_ = 0;
}

bool line_writer::put(std::string_view text) {
    if (cut_) {
        cut_ = false; // Whatever comes of it: no endless recursion.
        if (!put("\n")) {
            cut_ = true;
            return false;
        }
    }
    const auto whole = text.size();
    while (!text.empty()) {
        if (!wait_for_room())
            break;
        // A pipe that has room has it for so much.
        const auto part = text.substr(0, PIPE_BUF);
        const auto written = socket_ ? ::send(fd_, part.data(), part.size(), MSG_DONTWAIT)
                                     : ::write(fd_, part.data(), part.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN)
            break; // Nobody is there any more.
    }
    cut_ = !text.empty() && text.size() < whole;
    return text.empty();
}

bool line_writer::wait_for_room() {
    using namespace std::chrono_literals;
    constexpr auto glance = 20ms; // Between two looks at whether the end has come.
    const auto began = clock::now();
    const auto limit = stuck_ ? began : began + timeout_;
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::min(limit, end_.load()) - clock::now());
        const bool room = has_room(std::clamp(left, 0ms, std::chrono::milliseconds(glance)));
        stuck_ = !room;
        if (room || left <= 0ms)
            return room;
    }
}

bool line_writer::has_room(std::chrono::milliseconds timeout) const {
    pollfd one{fd_, POLLOUT, 0};
    // A reader that has gone counts as room: the write says so then, at once.
    return ::poll(&one, 1, static_cast<int>(timeout.count())) == 1;
}

} // namespace avatar
