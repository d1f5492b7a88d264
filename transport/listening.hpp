#pragma once

#include "transport/executor.hpp"
#include "transport/listen_error.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <cstdint>
#include <string>

namespace avatar::transport {

using tcp_acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor>;

/// Listens on an IP address; port 0 takes a free one. Throws listen_error.
tcp_acceptor listen_on(boost::asio::io_context& io, const std::string& address, std::uint16_t port);

} // namespace avatar::transport
