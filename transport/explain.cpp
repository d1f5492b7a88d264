#include "transport/explain.hpp"

#include "config/duration.hpp"
#include "protocol/classify.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <fmt/format.h>

#include <utility>

namespace avatar::transport {
namespace {

namespace beast = boost::beast;
namespace websockets = beast::websocket;
using protocol::failure_code;
using protocol::failure_phase;

protocol::failure closed_by_peer(const error_context& known) {
    protocol::failure f;
    f.phase = known.phase;
    f.close_code = known.close.code;
    // Others are WebSocket's, and say nothing of the service.
    const bool of_service = f.close_code >= 4000 && f.close_code <= 4999;
    f.code = of_service ? failure_code::none : failure_code::connection_closed;
    f.close_reason = std::string(known.close.reason.data(), known.close.reason.size());
    f.detail = "closed by the service";
    if (!f.close_reason.empty())
        f.detail += ": " + f.close_reason;
    return protocol::classify(std::move(f));
}

bool broke_the_protocol(const boost::system::error_code& ec) {
    return ec == websockets::condition::protocol_violation ||
           ec == websockets::condition::handshake_failed ||
           ec.category() == beast::http::make_error_code(beast::http::error::bad_method).category();
}

} // namespace

protocol::failure explain(const boost::system::error_code& ec, const error_context& known) {
    if (ec == websockets::error::upgrade_declined)
        return protocol::http_failure(known.phase, known.upgrade_status, known.upgrade_body);

    const bool established = known.phase == failure_phase::websocket_runtime;
    const bool opened = established || known.phase == failure_phase::websocket_send;
    protocol::failure f;
    if (ec == websockets::error::closed || known.close.code != websockets::close_code::none ||
        (opened && known.exceeded == exceeded_limit::time)) {
        // Whatever came after it: the close frame says why, if anything does.
        f = closed_by_peer(known);
    } else if (known.exceeded == exceeded_limit::time) {
        f.code = failure_code::connection_failed;
        f.detail = fmt::format("timed out after {} ({})",
                               config::format_duration(known.connect_timeout), known.step);
    } else if (known.exceeded == exceeded_limit::silence) {
        f.code = failure_code::connection_closed;
        f.detail = fmt::format("nothing came within {}, not even an answer to a ping",
                               config::format_duration(2 * known.keepalive));
    } else if (known.exceeded == exceeded_limit::ack) {
        f.code = failure_code::connection_closed;
        f.detail = fmt::format("the connection is dead: nothing of a request was confirmed within "
                               "{} (pool.ack-timeout)",
                               config::format_duration(known.ack_timeout));
    } else if (known.exceeded == exceeded_limit::writing ||
               (opened && ec == boost::asio::error::timed_out)) {
        f.code = failure_code::connection_closed;
        f.detail = fmt::format("the service has read nothing for {}",
                               config::format_duration(2 * known.keepalive));
    } else if (ec == websockets::error::message_too_big) {
        f.code = failure_code::protocol_error;
        f.detail = fmt::format("message larger than {} bytes (service.max-message-size)",
                               known.max_message_size);
    } else if (!known.certificate_problem.empty()) {
        f.code = failure_code::connection_failed;
        f.detail =
            fmt::format("{}: certificate not trusted: {}", known.step, known.certificate_problem);
    } else {
        f.code = broke_the_protocol(ec) ? failure_code::protocol_error
                 : established          ? failure_code::connection_closed
                                        : failure_code::connection_failed;
        f.detail = established ? "connection lost: " + ec.message()
                               : fmt::format("{}: {}", known.step, ec.message());
    }
    f.phase = known.phase;
    return f;
}

} // namespace avatar::transport
