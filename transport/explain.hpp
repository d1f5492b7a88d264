#pragma once

#include "config/settings.hpp"
#include "protocol/failure.hpp"
#include "transport/http_answer.hpp"

#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream_base.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

namespace avatar::transport {

/// Which limit of our own has cut a connection.
enum class exceeded_limit {
    none,
    time,    ///< To connect, or to close.
    silence, ///< Of the service, in spite of a ping.
    writing, ///< The service reads nothing.
    ack,     ///< The other machine confirms nothing of a request.
};

/// What is known when an operation of a connection fails.
struct error_context {
    protocol::failure_phase phase = protocol::failure_phase::none;
    std::string_view step; ///< What was being done, for the text.
    exceeded_limit exceeded = exceeded_limit::none;
    config::milliseconds connect_timeout{};
    config::milliseconds keepalive{};
    config::milliseconds ack_timeout{};
    std::size_t max_message_size = 0;
    bool is_tls = false;                        ///< Of the URL's scheme.
    const http_answer_reader* answer = nullptr; ///< To an HTTP request that was sent, if any.
    /// While it is being connected: the addresses that were tried, each with what became of it.
    std::string attempts;
    boost::beast::websocket::close_reason close; ///< Of the peer's close frame, if any.
    std::string certificate_problem; ///< Why the certificate was not trusted, if it was not.
};

/// The failure of an HTTP request that is answered with a refusal.
protocol::failure refusal(protocol::failure_phase phase, const http_answer_reader& answer);

/// Says in the service's own terms why an operation failed. A refusal that has come, if only
/// in part, says more than what happened to the connection then.
protocol::failure explain(const boost::system::error_code& ec, const error_context& known);

} // namespace avatar::transport
