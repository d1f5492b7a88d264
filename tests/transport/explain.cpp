#include "transport/explain.hpp"

#include "tests/support/dsl.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

#define CAF_SUITE explain

using namespace avatar;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

transport::error_context at(protocol::failure_phase phase, std::string_view step) {
    transport::error_context known;
    known.phase = phase;
    known.step = step;
    known.connect_timeout = 10s;
    known.keepalive = 30s;
    known.max_message_size = 1000;
    return known;
}

const auto connecting = at(protocol::failure_phase::websocket_connect, "connecting");
const auto running = at(protocol::failure_phase::websocket_runtime, "reading");

std::string told(const boost::system::error_code& ec, const transport::error_context& known) {
    const auto failure = transport::explain(ec, known);
    return std::string(to_string(failure.phase)) + " | " + describe(failure);
}

} // namespace

CAF_TEST(what fails while connecting is a failed connection) {
    CAF_CHECK_EQUAL(told(asio::error::connection_refused, connecting),
                    "websocket_connect | connectionFailed: connecting: Connection refused");
}

CAF_TEST(what fails later is a lost connection) {
    CAF_CHECK_EQUAL(told(asio::error::connection_reset, running),
                    "websocket_runtime | connectionClosed: connection lost: "
                    "Connection reset by peer");
}

CAF_TEST(a close frame keeps its code and reason) {
    auto known = running;
    known.close = {beast::websocket::close_code::internal_error, "out of avatars"};
    const auto failure = transport::explain(beast::websocket::error::closed, known);
    CAF_CHECK_EQUAL(failure.close_code, 1011u);
    CAF_CHECK_EQUAL(failure.close_reason, "out of avatars");
    CAF_CHECK_EQUAL(std::string(to_string(failure.code)), "connectionClosed");
}

CAF_TEST(a close code of the service says what happened) {
    const auto code_of = [](std::uint16_t close_code) {
        auto known = running;
        known.close = {static_cast<beast::websocket::close_code>(close_code), "for its reasons"};
        const auto failure = transport::explain(beast::websocket::error::closed, known);
        CAF_CHECK_EQUAL(failure.close_code, close_code);
        CAF_CHECK_EQUAL(failure.detail, "closed by the service: for its reasons");
        return std::string(to_string(failure.code));
    };
    CAF_CHECK_EQUAL(code_of(4001), "creditsExhausted");
    CAF_CHECK_EQUAL(code_of(4002), "sessionDurationExceeded");
    CAF_CHECK_EQUAL(code_of(4003), "concurrencyLimit");
    CAF_CHECK_EQUAL(code_of(4010), "sessionTokenInvalid");
    CAF_CHECK_EQUAL(code_of(4042), "invalidRequest");
    CAF_CHECK_EQUAL(code_of(4503), "upstreamError");
    CAF_CHECK_EQUAL(code_of(4542), "upstreamError");
    CAF_CHECK_EQUAL(code_of(4200), "connectionClosed");
    CAF_CHECK_EQUAL(code_of(1011), "connectionClosed");
}

CAF_TEST(a close frame may say nothing) {
    CAF_CHECK_EQUAL(told(beast::websocket::error::closed, running),
                    "websocket_runtime | connectionClosed: closed by the service");
}

CAF_TEST(a close frame says why whatever came after it) {
    auto known = running;
    known.close = {beast::websocket::close_code::policy_error, "policy says no"};
    CAF_CHECK_EQUAL(transport::explain(asio::error::connection_reset, known).close_code, 1008u);
    known.exceeded = transport::exceeded_limit::time;
    CAF_CHECK_EQUAL(transport::explain(asio::error::operation_aborted, known).close_code, 1008u);
}

CAF_TEST(a session that is open has a time limit only once the service has closed it) {
    auto known = running;
    known.exceeded = transport::exceeded_limit::time;
    CAF_CHECK_EQUAL(told(asio::error::operation_aborted, known),
                    "websocket_runtime | connectionClosed: closed by the service");
}

CAF_TEST(our own time limit names the step that was under way) {
    auto known = connecting;
    known.exceeded = transport::exceeded_limit::time;
    CAF_CHECK_EQUAL(told(asio::error::operation_aborted, known),
                    "websocket_connect | connectionFailed: timed out after 10s (connecting)");
}

CAF_TEST(silence in spite of pings is a lost connection) {
    auto known = running;
    known.exceeded = transport::exceeded_limit::silence;
    CAF_CHECK_EQUAL(told(asio::error::operation_aborted, known),
                    "websocket_runtime | connectionClosed: nothing came within 1min, "
                    "not even an answer to a ping");
}

CAF_TEST(a service that reads nothing is told as such by whoever finds out) {
    const std::string text = "connectionClosed: the service has read nothing for 1min";
    auto known = running;
    for (auto phase :
         {protocol::failure_phase::websocket_runtime, protocol::failure_phase::websocket_send}) {
        known.phase = phase;
        CAF_CHECK_EQUAL(describe(transport::explain(asio::error::timed_out, known)), text);
    }
    CAF_CHECK_EQUAL(describe(transport::explain(asio::error::timed_out, connecting)),
                    "connectionFailed: connecting: Connection timed out");
    known.exceeded = transport::exceeded_limit::writing;
    CAF_CHECK_EQUAL(describe(transport::explain(asio::error::operation_aborted, known)), text);
}

CAF_TEST(a refused upgrade is classified by its status and body) {
    auto known = connecting;
    transport::http_answer_reader answer;
    boost::system::error_code ec;
    const auto complete = answer.put("HTTP/1.1 401 Unauthorized\r\nContent-Length: 36\r\n\r\n"
                                     "{\"message\":\"Session token expired\"}\n",
                                     ec);
    CAF_CHECK(complete);
    known.answer = &answer;
    CAF_CHECK_EQUAL(told(beast::websocket::error::upgrade_declined, known),
                    "websocket_connect | sessionTokenExpired (HTTP 401): Session token expired");
}

CAF_TEST(broken HTTP and WebSocket framing are protocol errors) {
    CAF_CHECK(transport::explain(beast::http::error::bad_version, connecting).code ==
              protocol::failure_code::protocol_error);
    CAF_CHECK(transport::explain(beast::websocket::error::no_upgrade, connecting).code ==
              protocol::failure_code::protocol_error);
    CAF_CHECK(transport::explain(beast::websocket::error::bad_opcode, running).code ==
              protocol::failure_code::protocol_error);
}

CAF_TEST(a message over the limit names the limit) {
    CAF_CHECK_EQUAL(told(beast::websocket::error::message_too_big, running),
                    "websocket_runtime | protocolError: message larger than 1000 bytes "
                    "(service.max-message-size)");
}

CAF_TEST(a certificate that is not trusted is told with the reason) {
    auto known = at(protocol::failure_phase::session_token, "TLS handshake");
    known.certificate_problem = "self-signed certificate";
    CAF_CHECK_EQUAL(told(asio::error::fault, known),
                    "session_token | connectionFailed: TLS handshake: certificate not trusted: "
                    "self-signed certificate");
}
