#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace avatar::tests {

/// Stands between two programs at a port of its own, and does to their connections what
/// networks do. All of it from any thread, at once, for connections that are there and those
/// that come.
class tcp_proxy {
public:
    /// To a port of this machine; 0: to nothing yet, connections are reset.
    explicit tcp_proxy(std::uint16_t to = 0);
    ~tcp_proxy();

    std::uint16_t port() const;
    std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

    /// New connections go there.
    void point_at(std::uint16_t to);

    /// A black hole: nothing is read any more, in either direction, and nobody is told.
    void stop_forwarding();

    /// Half-open: what comes from that side is lost.
    void swallow_from_client();
    void swallow_from_server();

    /// Changes a byte now and then, in either direction.
    void corrupt();

    /// Resets all connections; those that come are reset as well.
    void cut();

    /// Resets all connections once.
    void cut_once();

    /// In each direction; 0: as fast as it goes.
    void limit(std::size_t bytes_per_second);

    /// All is well again. Connections that have lost bytes are reset.
    void mend();

    /// Those that were accepted since it began.
    std::size_t connections() const;

    /// Bytes that it has passed on, in both directions.
    std::uint64_t forwarded() const;

    /// The first 256 KiB that clients have said.
    std::string recording() const;

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace avatar::tests
