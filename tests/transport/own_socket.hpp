#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace avatar::tests {

/// This process's socket that is connected to that port on IPv4; -1: there is none.
inline int own_socket_to(std::uint16_t port) {
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    for (int socket = 0; socket < static_cast<int>(descriptors.rlim_cur); ++socket) {
        sockaddr_in to{};
        socklen_t size = sizeof to;
        if (::getpeername(socket, reinterpret_cast<sockaddr*>(&to), &size) == 0 &&
            to.sin_family == AF_INET && ntohs(to.sin_port) == port)
            return socket;
    }
    return -1;
}

} // namespace avatar::tests
