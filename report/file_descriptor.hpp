#pragma once

#include <unistd.h>
#include <utility>

namespace avatar::report {

/// Owns one POSIX file descriptor, or none (-1).
class file_descriptor {
public:
    explicit file_descriptor(int fd = -1) noexcept : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~file_descriptor() { close(); }

    int get() const { return fd_; }

    /// False with errno set when the system reports a write that failed late.
    /// The descriptor is gone either way.
    bool close() noexcept {
        const int fd = std::exchange(fd_, -1);
        return fd == -1 || ::close(fd) == 0;
    }

private:
    int fd_;
};

} // namespace avatar::report
