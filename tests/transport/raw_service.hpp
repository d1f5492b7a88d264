#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/websocket.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace avatar::tests {

/// A service that takes one session and then does with its WebSocket what a well-behaved
/// one would not. On a thread of its own, with calls that block.
class raw_service {
public:
    using tcp = boost::asio::ip::tcp;
    using websocket = boost::beast::websocket::stream<tcp::socket>;

    /// `goes_on` has the WebSocket after the session is confirmed; what it throws of
    /// errors in the connection ends it.
    explicit raw_service(std::function<void(raw_service&, websocket&)> goes_on);
    ~raw_service();

    std::uint16_t port() const { return port_; }

    std::string url(const std::string& path) const;

    /// Waits a little, so that what is done again and again fills no buffer at once.
    /// False when the service is to end.
    bool pace();

    /// The last frame of that request.
    std::string last_frame(std::string_view of) const;

private:
    void serve();
    void give_token();

    std::function<void(raw_service&, websocket&)> goes_on_;
    boost::asio::io_context io_;
    tcp::acceptor acceptor_;
    const std::uint16_t port_;
    std::atomic<bool> stopped_ = false;
    std::atomic<int> session_ = -1; // Its socket.
    std::thread thread_;
};

} // namespace avatar::tests
