#pragma once

#include "config/settings.hpp"
#include "protocol/failure.hpp"

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
    unsigned upgrade_status = 0; ///< Of the answer to an upgrade that was declined.
    std::string upgrade_body;
    boost::beast::websocket::close_reason close; ///< Of the peer's close frame, if any.
    std::string certificate_problem; ///< Why the certificate was not trusted, if it was not.
};

/// Says in the service's own terms why an operation failed.
protocol::failure explain(const boost::system::error_code& ec, const error_context& known);

} // namespace avatar::transport
