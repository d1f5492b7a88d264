#pragma once

#include <cerrno>
#include <cstdarg>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Calls of the system that a test may answer itself. They stand before those of the C
/// library, for the whole program: it is to be included by one of its files.
namespace avatar::report::test {

/// Each takes the place of one call where it is set; nothing: the call is made.
struct hooks {
    std::function<std::optional<int>(int)> fsync;
    std::function<std::optional<int>(int)> close;
    std::function<std::optional<ssize_t>(int, const void*, std::size_t)> write;
    std::function<std::optional<int>(const char*, int)> open;
    std::function<void(const pollfd*, nfds_t, int)> poll;
};
inline hooks set;

inline int failing(int error) {
    errno = error;
    return -1;
}

} // namespace avatar::report::test

extern "C" {

int fsync(int fd) {
    if (avatar::report::test::set.fsync)
        if (const auto result = avatar::report::test::set.fsync(fd))
            return *result;
    return static_cast<int>(::syscall(SYS_fsync, fd));
}

int close(int fd) {
    if (avatar::report::test::set.close)
        if (const auto result = avatar::report::test::set.close(fd))
            return *result;
    return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* data, std::size_t size) {
    if (avatar::report::test::set.write)
        if (const auto result = avatar::report::test::set.write(fd, data, size))
            return *result;
    return ::syscall(SYS_write, fd, data, size);
}

int open(const char* path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    const auto mode = flags & O_CREAT ? va_arg(rest, unsigned) : 0;
    va_end(rest);
    if (avatar::report::test::set.open)
        if (const auto result = avatar::report::test::set.open(path, flags))
            return *result;
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int poll(pollfd* fds, nfds_t count, int timeout) {
    if (avatar::report::test::set.poll)
        avatar::report::test::set.poll(fds, count, timeout);
    return static_cast<int>(::syscall(SYS_poll, fds, count, timeout));
}

} // extern "C"
