#pragma once

#include "transport/containment.hpp"
#include "transport/listen_error.hpp"
#include "transport/tls.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace boost::asio {
class io_context;
}

/// An HTTP and WebSocket server on one port, with TLS or without. What it says
/// is up to its callbacks; all of them run on the server's io_context. One that throws
/// is logged as one error line, with the client's address: an HTTP request is answered
/// with 500 then, a WebSocket closed with 1011, and all others are served on.
namespace avatar::transport {

/// A request as it came; an upgrade has an empty body.
struct http_request {
    std::string method;
    std::string target; ///< Path and query, still percent-encoded.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    /// The first header of that name (upper and lower case alike), or empty.
    std::string_view header(std::string_view name) const;
};

struct http_reply {
    unsigned status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::chrono::milliseconds delay{0};                            ///< Before it goes out.
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< Further ones.
};

/// Bytes shared by all the connections they are sent to.
using shared_bytes = std::shared_ptr<const std::string>;

/// One accepted WebSocket. Use it on the server's io_context only. It owns its
/// handler, which should hold it weakly. It may be kept longer than the
/// connection lives: then its functions do nothing. What its handler does at a time
/// of its own, on a timer say, is to be a contained step.
class peer : public containment {
public:
    /// Queues one binary message. A client that reads so slowly that more than
    /// `server_limits::queue_size` wait for it is cut off.
    virtual void send(shared_bytes bytes) = 0;

    /// Queues one text message, which the avatar protocol does not use.
    virtual void send_text(shared_bytes text) = 0;

    /// Sends what is queued, for as long as the client takes to read it, then closes with
    /// that WebSocket code.
    virtual void close(std::uint16_t code, std::string reason) = 0;

    /// Cuts the TCP connection (with a reset) and drops what is queued.
    virtual void abort() = 0;

    virtual boost::asio::any_io_executor executor() = 0;
};

/// What becomes of one accepted WebSocket's messages.
class peer_handler {
public:
    virtual ~peer_handler() = default;

    /// A whole message; `bytes` is valid during the call only.
    virtual void on_message(std::string_view bytes, bool is_text) = 0;

    /// The connection is gone, whoever ended it. The last call, and the only one after
    /// another has thrown. `code` is that
    /// of the client's close frame, or 1006 when it ended without one.
    virtual void on_closed(std::uint16_t code) = 0;
};

/// Accepts an upgrade: makes the handler of the new WebSocket.
using accept_upgrade = std::function<std::shared_ptr<peer_handler>(std::shared_ptr<peer>)>;

/// An upgrade is accepted, or refused with a reply.
using upgrade_verdict = std::variant<http_reply, accept_upgrade>;

struct server_callbacks {
    std::function<http_reply(const http_request&)> on_request;
    std::function<upgrade_verdict(const http_request&)> on_upgrade;
    /// How long a connection that comes now has to wait until it is accepted, and
    /// all behind it; null: not at all.
    std::function<std::chrono::milliseconds()> accept_pause = nullptr;
};

/// What a server grants a client; beyond it, the connection is cut. A header or a body that
/// is too large, and what is no HTTP, is answered first: with 431, 413 or 400.
struct server_limits {
    /// For TLS, for a request to arrive, and for its reply to be taken.
    std::chrono::milliseconds request_time{30'000};
    /// For the answer to a close frame, and for the client to end a connection whose
    /// WebSocket has ended or whose request was not taken.
    std::chrono::milliseconds close_time{2'000};
    std::uint32_t header_size = 16 * 1024;       ///< Of a request's line and headers, in bytes.
    std::size_t body_size = 1024 * 1024;         ///< Of a request, in bytes.
    std::size_t message_size = 64 * 1024 * 1024; ///< Of a WebSocket message.
    std::size_t queue_size = 64 * 1024 * 1024;   ///< Of what a slow reader has waiting.
};

/// Listens from construction to `stop`.
class server {
public:
    /// `port` 0 takes a free one. Plain when `tls` is null. Throws listen_error.
    server(boost::asio::io_context& io, const std::string& address, std::uint16_t port,
           tls_context tls, server_callbacks callbacks, server_limits limits = {});

    /// Stops, if `stop` was not called.
    ~server();

    server(const server&) = delete;
    server& operator=(const server&) = delete;

    std::uint16_t port() const;

    /// Stops listening, at once: the port is free when this returns. Closes every
    /// WebSocket with code 1001 and cuts those that are not closed soon after, and
    /// all other connections. Safe from any thread; what is under way ends on the
    /// io_context.
    void stop();

    /// The same without a word, as if the process had crashed: every connection
    /// is reset.
    void stop_abruptly();

private:
    class implementation;
    std::shared_ptr<implementation> implementation_;
};

} // namespace avatar::transport
