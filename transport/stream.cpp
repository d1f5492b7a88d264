#include "transport/stream.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace avatar::transport {

namespace asio = boost::asio;

std::size_t read_socket_now(tcp_socket& socket, asio::mutable_buffer to,
                            boost::system::error_code& ec) {
    const auto got = ::recv(socket.native_handle(), to.data(), to.size(), MSG_DONTWAIT);
    ec = {};
    if (got > 0)
        return static_cast<std::size_t>(got);
    if (got == 0)
        ec = asio::error::eof;
    else if (errno != EAGAIN && errno != EINTR)
        ec = {errno, asio::error::get_system_category()};
    return 0;
}

} // namespace avatar::transport
