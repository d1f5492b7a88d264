#pragma once

#include "transport/node_connection.hpp"
#include "transport/node_limits.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

/// How nodes reach each other: TCP with mutual TLS, or plain within one machine. What comes
/// out is agreed on, and to be read and written by somebody else.
namespace avatar::transport {

/// Accepts other nodes. One that is silent, speaks nonsense or has no certificate is closed,
/// with a line in the log, and holds up no other.
class node_listener {
public:
    using on_connection = std::function<void(node_connection)>;

    /// Listens from now on and accepts once started. `credentials` null: plain, which only an
    /// address of the loopback may be. Throws listen_error, of one line.
    node_listener(boost::asio::io_context& io, const std::string& address, std::uint16_t port,
                  std::shared_ptr<const node_credentials> credentials, node_limits limits = {});

    /// Stops: nothing is called from then on. Waits for the io_context, which must be running.
    ~node_listener();

    std::uint16_t port() const;

    /// Calls `use` with each node that has come, on the io_context. Once.
    void start(on_connection use);

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

/// Connects to other nodes, to several at once.
class node_connector {
public:
    /// Nothing: it failed, for the reason `why`, of one line.
    using on_connected = std::function<void(std::unique_ptr<node_connection>, std::string why)>;

    /// `credentials` null: plain, which only an address of the loopback may be.
    node_connector(boost::asio::io_context& io, std::shared_ptr<const node_credentials> credentials,
                   node_limits limits = {});

    /// Those under way fail. Waits for the io_context, which must be running.
    ~node_connector();

    /// `host`: a name or an IP address, for which the certificate of the other node must be.
    /// Calls `tell` once, on the io_context, within both limits. From any thread.
    void connect(std::string host, std::uint16_t port, on_connected tell);

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace avatar::transport
