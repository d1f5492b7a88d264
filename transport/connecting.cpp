#include "transport/connecting.hpp"

#include <boost/asio/connect.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t body_limit = 1024 * 1024;

bool is_ip_address(const std::string& host) {
    boost::system::error_code ec;
    asio::ip::make_address(host, ec);
    return !ec;
}

/// Whom the certificate must be for. OpenSSL checks it itself, so that a
/// mismatch is told as such.
void expect_host(SSL* ssl, const std::string& host) {
    // RFC 6066 allows names only, no addresses, in the server name extension.
    const bool set = is_ip_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                         : SSL_set1_host(ssl, host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
    if (!set)
        throw boost::system::system_error(asio::error::invalid_argument);
}

} // namespace

awaitable<void> connect_tcp(stream& s, name_lookup::addresses addresses) {
    const auto reached = co_await asio::async_connect(s.socket(), addresses, use_awaitable);
    // Having waited for the connection, Asio would watch for room to write for ever,
    // and the kernel tell it of some at each wait for something to read. Registered anew
    // it does not.
    s.socket().assign(reached.protocol(), s.socket().release());
    s.socket().set_option(asio::ip::tcp::no_delay(true));
}

awaitable<void> shake_tls(stream& s, const protocol::endpoint& to, tls_sessions& sessions) {
    auto& tls = *s.tls();
    expect_host(tls.native_handle(), to.host);
    sessions.offer(tls.native_handle(), to.host + ' ' + to.port);
    try {
        co_await tls.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    } catch (const boost::system::system_error&) {
        tls_sessions::forget(tls.native_handle());
        throw;
    }
}

awaitable<http_answer> post_json(stream& s, const protocol::endpoint& to,
                                 const http_headers& headers, std::string body) {
    http::request<http::string_body> request(http::verb::post, to.target, 11);
    request.set(http::field::host, to.host_header);
    request.set(http::field::content_type, "application/json");
    for (const auto& [name, value] : headers)
        request.set(name, value);
    request.body() = std::move(body);
    request.prepare_payload();
    co_await http::async_write(s, request, use_awaitable);

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_limit);
    co_await http::async_read(s, buffer, parser, use_awaitable);
    auto& answer = parser.get();
    const bool final = answer.result_int() >= 200;
    const bool keeps_open = final && parser.keep_alive() && buffer.size() == 0;
    co_return http_answer{answer.result_int(), std::move(answer.body()), keeps_open};
}

} // namespace avatar::transport
