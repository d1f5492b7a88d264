#pragma once

#include "tests/support/inbox.hpp"
#include "transport/io_runtime.hpp"
#include "transport/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace avatar::tests {

transport::shared_bytes bytes_of(std::string text);

/// More than the kernel holds of what is not read.
constexpr std::size_t huge_size = 32 * 1024 * 1024;

struct received_message {
    std::string bytes;
    bool is_text = false;
};

/// A server that tells of its clients and leaves what they are sent to the test, which
/// reads as raw clients do, with calls that block.
struct server_fixture {
    using socket = boost::asio::ip::tcp::socket;
    using client = boost::beast::websocket::stream<socket>;
    using response = boost::beast::http::response<boost::beast::http::string_body>;

    explicit server_fixture(const transport::server_limits& limits = {});
    ~server_fixture();

    socket connect();

    /// A WebSocket, and the server's side of it, which is there then.
    std::pair<client, std::shared_ptr<transport::peer>> upgraded();

    static response read_response(socket& from);

    /// The answer to a request with that first line and those further ones.
    static response ask(socket& to, const std::string& request_line,
                        const std::string& headers = {}, const std::string& body = {});

    /// All that still comes until the connection ends.
    static std::string rest_of(socket& from);

    static std::string read_bytes(socket& from, std::size_t size);

    /// The next WebSocket that the server has accepted.
    std::shared_ptr<transport::peer> next_peer();

    /// On the server's thread, after all that is due there.
    void on_thread(const std::function<void()>& step);

    /// The handler of the connection has heard of its end, with that code, and is gone.
    bool ended_with(std::uint16_t code) {
        return closed.take() == code && released.take().has_value();
    }

    bool nothing_more_closed();

    inbox<std::shared_ptr<transport::peer>> peers;
    inbox<received_message> messages;
    inbox<std::uint16_t> closed;
    inbox<int> released; ///< Handlers that were destroyed.
    boost::asio::io_context client_io;
    transport::io_runtime io{1};
    boost::asio::io_context* thread = &io.next();
    std::optional<transport::server> server;
    const std::uint16_t port;

private:
    class handler;

    transport::server_callbacks callbacks();
};

} // namespace avatar::tests
