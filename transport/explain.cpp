#include "transport/explain.hpp"

#include "config/duration.hpp"
#include "config/error.hpp"
#include "protocol/classify.hpp"
#include "protocol/retry_after.hpp"
#include "protocol/text.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
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

/// How the URL of the console or of the ingress has to begin for a port with TLS, or
/// without.
std::string expected_scheme(failure_phase phase, bool tls) {
    if (phase == failure_phase::session_token)
        return tls ? "expected https:// in service.console-endpoint"
                   : "expected http:// in service.console-endpoint";
    return tls ? "expected wss:// or https:// in service.ingress-endpoint"
               : "expected ws:// or http:// in service.ingress-endpoint";
}

/// What a port without TLS answers is no record of TLS.
bool is_no_tls(const boost::system::error_code& ec) {
    if (ec.category() != boost::asio::error::get_ssl_category())
        return false;
    const auto reason = ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
    return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

/// An alert, or the begin of a handshake (RFC 8446, section 5.1).
bool is_tls_record(std::string_view bytes) {
    return bytes.starts_with("\x15\x03") || bytes.starts_with("\x16\x03");
}

/// As servers say it that notice: nginx, Go, Apache, Tomcat and those like them.
bool tells_of_tls(std::string_view body) {
    const auto text = protocol::lower_case(body);
    constexpr std::string_view told[] = {
        "plain http request was sent to https port", "http request to an https server",
        "speaking plain http to an ssl-enabled server port",
        "combination of host and port requires tls", "http request was sent to https port"};
    return std::ranges::any_of(told, [&](auto each) { return text.find(each) != text.npos; });
}

bool has_ended(const boost::system::error_code& ec) {
    return ec == boost::asio::error::eof || ec == boost::asio::error::connection_reset ||
           ec == boost::asio::ssl::error::stream_truncated ||
           ec == beast::http::error::end_of_stream || ec == websockets::error::closed;
}

/// Why an HTTP request has no answer that can be used.
std::string problem_of_answer(const boost::system::error_code& ec, const error_context& known) {
    const auto& start = known.answer->start();
    const auto tls = expected_scheme(known.phase, true);
    if (is_tls_record(start))
        return "the port speaks TLS, the URL does not; " + tls;
    if (start.empty() && has_ended(ec))
        return fmt::format("{} without an answer{}",
                           ec == boost::asio::error::connection_reset
                               ? ec.message()
                               : std::string("the connection was ended"),
                           known.is_tls ? std::string() : "; if the port speaks TLS: " + tls);
    if (ec == beast::http::error::bad_version || ec == beast::http::error::bad_status)
        return fmt::format("the answer is not HTTP: it begins \"{}\"", config::printable(start));
    if (ec == beast::http::error::partial_message || has_ended(ec))
        return "the connection ended within the answer";
    if (ec == beast::http::error::body_limit)
        return fmt::format("the answer is larger than {} bytes", http_answer_reader::body_limit);
    if (ec == beast::http::error::header_limit)
        return fmt::format("the answer's header is larger than {} bytes",
                           http_answer_reader::head_limit);
    return ec.message();
}

/// Of a step before the session is open.
std::string problem(const boost::system::error_code& ec, const error_context& known) {
    if (!known.attempts.empty())
        return known.attempts;
    if (is_no_tls(ec))
        return ec.message() + ": the port does not speak TLS, the URL does; " +
               expected_scheme(known.phase, false);
    if (known.answer)
        return problem_of_answer(ec, known);
    const bool in_handshake = known.is_tls && known.phase != failure_phase::websocket_handshake;
    if (in_handshake && has_ended(ec))
        return ec.message() +
               "; if the port does not speak TLS: " + expected_scheme(known.phase, false);
    return ec.message();
}

bool broke_the_protocol(const boost::system::error_code& ec) {
    return ec == websockets::condition::protocol_violation ||
           ec == websockets::condition::handshake_failed ||
           ec.category() == beast::http::make_error_code(beast::http::error::bad_method).category();
}

} // namespace

protocol::failure refusal(failure_phase phase, const http_answer_reader& answer) {
    const auto& head = answer.head();
    const auto body = answer.body();
    const auto location = head.value("location");
    protocol::http_refusal known{static_cast<int>(head.status), body, head.reason, location, {}};
    if (head.status == 429 || head.status == 503)
        known.retry_after =
            protocol::parse_retry_after(head.value("retry-after"), head.value("date"));
    auto f = protocol::http_failure(phase, known);
    if (head.status == 400 && tells_of_tls(body))
        f.detail += (f.detail.empty() ? "" : "; ") + expected_scheme(phase, true);
    return f;
}

protocol::failure explain(const boost::system::error_code& ec, const error_context& known) {
    if (known.answer && known.answer->is_refusal())
        return refusal(known.phase, *known.answer);

    const bool established = known.phase == failure_phase::websocket_runtime;
    const bool opened = established || known.phase == failure_phase::websocket_send;
    protocol::failure f;
    if (ec == websockets::error::closed || known.close.code != websockets::close_code::none ||
        (opened && known.exceeded == exceeded_limit::time)) {
        // Whatever came after it: the close frame says why, if anything does.
        f = closed_by_peer(known);
    } else if (known.exceeded == exceeded_limit::time) {
        f.code = failure_code::connection_failed;
        f.detail = fmt::format("timed out after {} ({}{}{})",
                               config::format_duration(known.connect_timeout), known.step,
                               known.attempts.empty() ? "" : ": ", known.attempts);
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
                               : fmt::format("{}: {}", known.step, problem(ec, known));
    }
    f.phase = known.phase;
    return f;
}

} // namespace avatar::transport
