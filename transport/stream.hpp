#pragma once

#include "transport/delivery.hpp"
#include "transport/executor.hpp"
#include "transport/tls.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace avatar::transport {

/// Reads what a socket has, as far as it fits; 0 without an error: nothing yet.
std::size_t read_socket_now(tcp_socket& socket, boost::asio::mutable_buffer to,
                            boost::system::error_code& ec);

/// A TCP connection, with TLS or without: decided at run time, so that all
/// that stands on top is compiled once. An AsyncStream in Asio's sense, and a
/// next layer for Beast's WebSocket stream.
class stream {
public:
    using socket_type = tcp_socket;
    using executor_type = socket_type::executor_type;

    /// Plain when `tls` is null.
    stream(socket_type socket, const tls_context& tls) {
        if (tls)
            tls_ = std::make_unique<tls_stream>(std::move(socket), *tls);
        else
            plain_ = std::make_unique<socket_type>(std::move(socket));
    }

    executor_type get_executor() { return socket().get_executor(); }

    socket_type& socket() { return tls_ ? tls_->next_layer() : *plain_; }

    /// The TLS layer; null when plain.
    tls_stream* tls() { return tls_.get(); }

    /// Ends every operation under way with an error. For time limits.
    void close() {
        teardown_due_.reset();
        progress_ = progress();
        boost::system::error_code ignored;
        socket().close(ignored);
    }

    /// How far what was sent has come; after `close`, as it was then.
    std::optional<tcp_progress> progress() {
        return socket().is_open() ? progress_of(socket().native_handle()) : progress_;
    }

    /// How long the other side has to end the connection once a WebSocket on it has.
    void set_teardown_timeout(std::chrono::milliseconds timeout) { teardown_timeout_ = timeout; }

    /// Beast waits for the other side without a limit: after that time, as if that had
    /// ended the connection.
    void limit_teardown() {
        teardown_due_ = std::make_shared<steady_timer>(get_executor(), teardown_timeout_);
        teardown_due_->async_wait([this, timer = std::weak_ptr<steady_timer>(teardown_due_)](
                                      boost::system::error_code ec) {
            boost::system::error_code ignored;
            if (!ec && !timer.expired()) // It goes with this.
                socket().shutdown(socket_type::shutdown_receive, ignored);
        });
    }

    /// Waits until `read_now` is worth trying.
    template <class Token>
    auto async_wait_readable(Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            [this](auto&& handler) {
                if (tls_)
                    tls_->async_wait_readable(std::forward<decltype(handler)>(handler));
                else
                    plain_->async_wait(socket_type::wait_read,
                                       std::forward<decltype(handler)>(handler));
            },
            token);
    }

    /// Reads what there is, as far as it fits; 0 without an error: nothing yet.
    std::size_t read_now(boost::asio::mutable_buffer to, boost::system::error_code& ec) {
        return tls_ ? tls_->read_now(to, ec) : read_socket_now(*plain_, to, ec);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto&& handler, const Buffers& to) {
                if (tls_)
                    tls_->async_read_some(to, std::forward<decltype(handler)>(handler));
                else // Of one buffer the kernel's call is the cheaper one.
                    plain_->async_read_some(first_of<boost::asio::mutable_buffer>(to),
                                            std::forward<decltype(handler)>(handler));
            },
            token, buffers);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto&& handler, const Buffers& from) {
                if (tls_)
                    tls_->async_write_some(from, std::forward<decltype(handler)>(handler));
                else
                    plain_->async_write_some(from, std::forward<decltype(handler)>(handler));
            },
            token, buffers);
    }

private:
    // One of the two; behind pointers because a WebSocket holds a stream for
    // its whole life and most streams are of one kind.
    std::unique_ptr<socket_type> plain_;
    std::unique_ptr<tls_stream> tls_;
    std::optional<tcp_progress> progress_; // At the end.
    std::chrono::milliseconds teardown_timeout_{2000};
    std::shared_ptr<steady_timer> teardown_due_; // While the WebSocket ends.
};

/// Beast's hooks, found by argument-dependent lookup: how a WebSocket on top
/// ends its connection, and how time limits of Beast's own, which are not set, cut it.
template <class Handler>
void async_teardown(boost::beast::role_type role, stream& s, Handler&& handler) {
    s.limit_teardown();
    if (s.tls())
        s.tls()->async_teardown(std::forward<Handler>(handler));
    else
        boost::beast::websocket::async_teardown(role, s.socket(), std::forward<Handler>(handler));
}

inline void beast_close_socket(stream& s) {
    s.close();
}

} // namespace avatar::transport
