#include "transport/listening.hpp"

#include <boost/system/error_code.hpp>

namespace avatar::transport {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

tcp_acceptor listen_on(asio::io_context& io, const std::string& address, std::uint16_t port) {
    const auto fail = [&](const std::string& why) {
        const auto host = address.find(':') == std::string::npos ? address : "[" + address + "]";
        throw listen_error("cannot listen on " + host + ":" + std::to_string(port) + ": " + why);
    };
    boost::system::error_code ec;
    const auto ip = asio::ip::make_address(address, ec);
    if (ec)
        fail("not an IP address; expected one such as 127.0.0.1 or ::1");
    const tcp::endpoint endpoint(ip, port);
    tcp_acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec)
        acceptor.set_option(tcp_acceptor::reuse_address(true), ec);
    if (!ec)
        acceptor.bind(endpoint, ec);
    if (!ec)
        acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
        fail(ec.message());
    return acceptor;
}

} // namespace avatar::transport
