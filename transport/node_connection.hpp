#pragma once

#include "transport/node_tls.hpp"

#include <memory>
#include <string>
#include <utility>

namespace avatar::transport {

/// A connection to another node, with TLS agreed. Owns the socket, which does not block.
class node_connection {
public:
    /// `tls` null: plain.
    node_connection(int socket, std::unique_ptr<node_tls> tls)
        : socket_(socket),
          tls_(std::move(tls)) {}

    ~node_connection();

    node_connection(node_connection&& other) noexcept
        : socket_(other.release_socket()),
          tls_(std::move(other.tls_)) {}
    node_connection& operator=(node_connection&&) = delete;

    int socket() const { return socket_; }
    bool encrypted() const { return tls_ != nullptr; }

    /// Whoever takes it closes it.
    int release_socket() { return std::exchange(socket_, -1); }
    std::unique_ptr<node_tls> release_tls() { return std::move(tls_); }

private:
    int socket_;
    std::unique_ptr<node_tls> tls_;
};

} // namespace avatar::transport
