#pragma once

#include "tests/transport/made_certificates.hpp"
#include "transport/node_tls.hpp"

#include <array>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace avatar::tests {

/// Two connected sockets that do not block: of the local kind, or TCP over loopback.
struct socket_pair {
    explicit socket_pair(bool tcp = false) {
        if (tcp)
            connect_loopback();
        else if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                              ends.data()) != 0)
            throw std::runtime_error("no sockets");
    }
    ~socket_pair() {
        close(0);
        close(1);
    }
    socket_pair(const socket_pair&) = delete;
    socket_pair& operator=(const socket_pair&) = delete;

    void close(std::size_t end) {
        if (ends[end] >= 0)
            ::close(std::exchange(ends[end], -1));
    }

    std::array<int, 2> ends{-1, -1};

private:
    void connect_loopback() {
        const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        ends[1] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(listening, generic, size) != 0 || ::listen(listening, 1) != 0 ||
            ::getsockname(listening, generic, &size) != 0 || ::connect(ends[1], generic, size) != 0)
            throw std::runtime_error("no connection over loopback");
        ends[0] = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
        ::close(listening);
    }
};

/// Waits until the socket is ready for what `again` was the answer to.
inline void wait_for(int socket, bool writing) {
    pollfd p{socket, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
    if (::poll(&p, 1, 60'000) != 1)
        throw std::runtime_error("the socket is not ready within a minute");
}

/// The ends of one link over a pair of sockets: a node that accepts and one that connects.
struct node_link {
    node_link(const transport::node_credentials& accepts,
              const transport::node_credentials& connects, const std::string& host)
        : accepting(accepts.accept(sockets.ends[0])),
          connecting(connects.connect(sockets.ends[1], host)) {}

    /// Both in turn, as far as they come; nothing in between can make progress.
    void shake_hands() {
        transport::tls_progress a{}, c{};
        for (int turns = 0; turns < 20; ++turns) {
            c = connecting->handshake();
            a = accepting->handshake();
        }
        agreed = a == transport::tls_progress::done && c == transport::tls_progress::done;
    }

    socket_pair sockets;
    std::unique_ptr<transport::node_tls> accepting;
    std::unique_ptr<transport::node_tls> connecting;
    bool agreed = false;
};

} // namespace avatar::tests
