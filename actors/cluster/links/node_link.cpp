#include "actors/cluster/links/node_link.hpp"

#include "transport/logger.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace avatar {

namespace network = caf::io::network;

// -- link_stream -----------------------------------------------------------------------

namespace {

/// CAF tries again when the socket is ready where a call has moved nothing.
network::rw_state state_of(transport::tls_progress progress) {
    return progress == transport::tls_progress::failed ? network::rw_state::failure
                                                       : network::rw_state::success;
}

/// Of recv and send.
network::rw_state state_of(ssize_t result, std::size_t& count) {
    if (result >= 0) {
        count = static_cast<std::size_t>(result);
        return network::rw_state::success;
    }
    return errno == EAGAIN || errno == EINTR ? network::rw_state::success
                                             : network::rw_state::failure;
}

} // namespace

network::rw_state link_stream::read_some(std::size_t& count, network::native_socket socket,
                                         void* into, std::size_t size) {
    count = 0;
    if (tls_)
        return state_of(tls_->read(into, size, count));
    const auto result = ::recv(socket, into, size, 0);
    return result == 0 ? network::rw_state::failure : state_of(result, count);
}

network::rw_state link_stream::write_some(std::size_t& count, network::native_socket socket,
                                          const void* from, std::size_t size) {
    count = 0;
    if (size == 0) // Asked for by `graceful_shutdown`.
        return network::rw_state::indeterminate;
    if (tls_)
        return state_of(tls_->write(from, size, count));
    return state_of(::send(socket, from, size, MSG_NOSIGNAL), count);
}

// -- node_link -------------------------------------------------------------------------

node_link::node_link(network::default_multiplexer& multiplexer,
                     transport::node_connection connection, basp_guard guard,
                     std::shared_ptr<link_table> table, std::string name)
    : caf::io::scribe(network::conn_hdl_from_socket(connection.socket())),
      stream_(multiplexer, connection.release_socket(), link_stream(connection.release_tls())),
      guard_(guard),
      table_(std::move(table)) {
    table_->add(socket(), std::move(name));
}

node_link::~node_link() {
    table_->remove(socket()); // Closed after this.
}

void node_link::configure_read(caf::io::receive_policy::config config) {
    stream_.configure_read(config);
    if (!std::exchange(started_, true))
        stream_.start(this);
}

void node_link::graceful_shutdown() {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
}

std::string node_link::addr() const {
    const auto known = network::remote_addr_of_fd(socket());
    return known ? *known : std::string();
}

std::uint16_t node_link::port() const {
    const auto known = network::remote_port_of_fd(socket());
    return known ? *known : std::uint16_t{0};
}

bool node_link::consume(caf::execution_unit* context, const void* data, std::size_t size) {
    const bool introduced = guard_.introduced();
    if (guard_.accepts(data, size)) {
        if (!introduced)
            table_->note_introduced(socket());
        return caf::io::scribe::consume(context, data, size);
    }
    transport::logger().warn(
        "node link to {}:{}: cut: it sent what is no message of a node, or longer than 1 MiB",
        addr(), port());
    ::shutdown(socket(), SHUT_RDWR);
    io_failure(&stream_.backend(), network::operation::read);
    return false;
}

} // namespace avatar
