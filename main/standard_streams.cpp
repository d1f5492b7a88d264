#include "main/standard_streams.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace avatar {

void reserve_standard_streams() {
    for (const int fd : std::array{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) == -1 && errno == EBADF)
            // This gets the lowest number that is free. What only names a place can be neither
            // read nor written: EBADF, as of a closed one.
            ::open("/", O_PATH);
}

} // namespace avatar
