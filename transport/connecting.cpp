#include "transport/connecting.hpp"

#include "config/version.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace avatar::transport {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t read_size = 4096; // A token's answer fits.

bool is_ip_address(const std::string& host) {
    boost::system::error_code ec;
    asio::ip::make_address(host, ec);
    return !ec;
}

/// As certificates and SNI have it (RFC 6066, section 3): without the dot that makes a name
/// absolute, and without an address's zone, which is this machine's own.
std::string certified_name(const std::string& host) {
    auto name = host.substr(0, host.find('%'));
    if (name.ends_with('.'))
        name.pop_back();
    return name;
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

awaitable<void> shake_tls(stream& s, const protocol::endpoint& to, tls_sessions& sessions) {
    auto& tls = *s.tls();
    expect_host(tls.native_handle(), certified_name(to.host));
    sessions.offer(tls.native_handle(), to.host + ' ' + to.port);
    try {
        co_await tls.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    } catch (const boost::system::system_error&) {
        tls_sessions::forget(tls.native_handle());
        throw;
    }
}

std::string user_agent() {
    return "avatar-pool/" + std::string(config::version());
}

awaitable<void> exchange_http(stream& s, const protocol::endpoint& to,
                              const http_request_to_send& request, http_answer_reader& answer) {
    const bool has_body = !request.body.empty();
    http::request<http::string_body> sent(has_body ? http::verb::post : http::verb::get, to.target,
                                          11);
    sent.set(http::field::host, to.host_header);
    sent.set(http::field::user_agent, user_agent());
    sent.set(http::field::accept, "*/*");
    for (const auto& [name, value] : request.headers)
        sent.set(name, value);
    if (has_body) {
        sent.set(http::field::content_type, "application/json");
        sent.body() = request.body;
    }
    sent.prepare_payload();
    co_await http::async_write(s, sent, use_awaitable);

    std::vector<char> read(read_size);
    for (bool complete = false; !complete;) {
        boost::system::error_code ec;
        const auto size =
            co_await s.async_read_some(asio::buffer(read), asio::redirect_error(use_awaitable, ec));
        complete = ec ? answer.end(ec) : answer.put({read.data(), size}, ec);
        if (ec)
            throw boost::system::system_error(ec);
    }
}

} // namespace avatar::transport
