#pragma once

#include "transport/fault_injection.hpp"
#include "transport/server.hpp"
#include "transport/time_limit.hpp"
#include "transport/websocket.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <deque>
#include <functional>
#include <optional>

namespace avatar::transport {

/// Which callback, and for which client, as the log names them when it fails.
std::string called_for(const char* callback, const boost::asio::ip::tcp::endpoint& client);

/// One accepted connection of a server: HTTP requests until it ends or becomes
/// a WebSocket. Lives on the server's io_context, kept alive by the operations
/// under way.
class server_connection : public peer,
                          public fault_injection,
                          public std::enable_shared_from_this<server_connection> {
public:
    server_connection(stream s, std::shared_ptr<const server_callbacks> callbacks,
                      const server_limits& limits, std::function<void(server_connection&)> on_end);

    /// Serves until the connection ends.
    void start();

    /// The server stops: an open WebSocket is closed with 1001, and cut if that
    /// takes long; all else is cut.
    void go_away();

    // What a peer_handler may do with its WebSocket.
    void send(shared_bytes bytes) override;
    void send_text(shared_bytes text) override;
    void close(std::uint16_t code, std::string reason) override;
    void abort() override;
    boost::asio::any_io_executor executor() override;

    // What a client may be tested with.
    void go_silent() override;
    void stall(shared_bytes bytes) override;

private:
    using beast_request = boost::beast::http::request<boost::beast::http::string_body>;
    using beast_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    struct outgoing {
        shared_bytes bytes;
        bool is_text = false;
    };

    // The course of a connection, in order.
    awaitable<void> serve(std::shared_ptr<server_connection> self);
    awaitable<void> shake_tls();
    awaitable<void> serve_http();
    awaitable<boost::system::error_code> read_request(beast_parser& into);
    awaitable<void> send_continue();
    awaitable<void> refuse(unsigned status, std::string_view message);
    awaitable<void> discard_rest();
    awaitable<void> upgrade(const beast_request& request);
    awaitable<void> reply(const beast_request& request, const http_reply& with);
    awaitable<void> read_messages();
    awaitable<void> lie_silent();

    // What the callbacks throw.
    template <class Reply, class Callback>
    Reply answer_of(const char* name, Callback callback) const;
    template <class Call>
    void call_handler(const char* name, Call call);
    void on_exception() override;
    std::string named(const char* what) const;
    void tell_end();

    void enqueue(outgoing message);
    bool takes_messages() const;
    void write_next();
    void on_written();
    void start_close();
    void start_stall();
    awaitable<void> pause(std::chrono::milliseconds length);
    void limit_time(std::chrono::milliseconds limit);
    void cut();
    stream& connection();

    boost::asio::ip::tcp::endpoint client_;
    std::optional<stream> stream_;       // Until the upgrade, ...
    std::optional<server_websocket> ws_; // ... then this.
    time_limit time_limit_;
    steady_timer pause_;
    boost::beast::flat_buffer buffer_;
    std::shared_ptr<const server_callbacks> callbacks_;
    server_limits limits_;
    std::function<void(server_connection&)> on_end_;
    std::shared_ptr<peer_handler> handler_;
    const char* calling_ = "handler"; // Which function of it, for the log.

    std::deque<outgoing> queue_; // The front one is being written.
    std::size_t queued_bytes_ = 0;
    bool writing_ = false;
    bool holding_ = false; // Packets, while more is queued.
    std::optional<boost::beast::websocket::close_reason> close_when_sent_;
    shared_bytes stall_when_sent_;
    std::string half_frame_; ///< While it is written.
    bool silent_ = false;
    bool failed_ = false; // The handler: it is told nothing more but the end.
    bool ended_ = false;
};

} // namespace avatar::transport
