#pragma once

#include "protocol/failure.hpp"
#include "protocol/wire.hpp"
#include "transport/connecting.hpp"
#include "transport/connection_context.hpp"
#include "transport/explain.hpp"
#include "transport/happy_eyeballs.hpp"
#include "transport/http_answer.hpp"
#include "transport/kept_streams.hpp"
#include "transport/session_secrets.hpp"
#include "transport/stream.hpp"
#include "transport/time_limit.hpp"
#include "transport/token_request.hpp"
#include "transport/websocket.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace avatar::transport {

/// A session that the service has confirmed, on a connection of its own.
struct agreed_session {
    client_websocket ws;
    std::string connection_id;
    session_secrets secrets;
};

/// Opens one session: its token from the console, then connection, TLS, upgrade and the
/// session's terms. What is needed for that alone is here, and goes when it is done. Lives
/// on one io_context.
class session_opening : public std::enable_shared_from_this<session_opening> {
public:
    session_opening(boost::asio::io_context& io, std::shared_ptr<thread_state> thread,
                    std::shared_ptr<const connection_settings> settings);

    /// Waits for its turn and opens the session, within the connect timeout. Throws
    /// connection_error, without any secret in it. To be called once; this outlives it.
    awaitable<agreed_session> run();

    /// Ends `run`, with an error.
    void cut() { cut(exceeded_limit::none); }

private:
    // In order.
    awaitable<agreed_session> open();
    awaitable<void> fetch_token();
    token_request first_token_request() const;
    awaitable<void> ask(const token_request& request);
    void take_token(const token_request& request);
    awaitable<void> connect(const protocol::endpoint& to);
    awaitable<void> upgrade(const protocol::endpoint& to);
    awaitable<std::string> agree_terms();
    awaitable<protocol::message> read_answer();

    void limit_time(std::chrono::milliseconds limit);
    void cut(exceeded_limit because);
    void require_uncut() const;
    void at_step(protocol::failure_phase phase, const char* step);
    protocol::failure why(const boost::system::error_code& ec);
    std::string where_connecting(const boost::system::error_code& ec) const;
    void log_body(const protocol::failure& reason) const;

    boost::asio::io_context& io_;
    std::shared_ptr<thread_state> thread_state_;
    std::shared_ptr<const connection_settings> settings_;
    session_secrets secrets_;

    steady_timer waits_for_others_; // For its turn, and for a lookup.
    std::shared_ptr<kept_streams> console_streams_;
    time_limit time_limit_;
    happy_eyeballs addresses_;
    std::optional<stream> stream_;             // To the console, and to the ingress, ...
    std::optional<client_websocket> ws_;       // ... then this.
    std::optional<http_answer_reader> answer_; // To the latest request, the upgrade included.
    boost::beast::flat_buffer buffer_;         // Of the service's answer to the terms.

    protocol::failure_phase phase_ = protocol::failure_phase::none;
    const char* step_ = ""; // For the text of a failure: what was being done.
    protocol::endpoint to_; // Likewise: where.
    bool is_connecting_ = false;
    bool is_cut_ = false;
    exceeded_limit exceeded_ = exceeded_limit::none; // Why it was cut.
};

} // namespace avatar::transport
