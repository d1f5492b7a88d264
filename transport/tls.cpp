#include "transport/tls.hpp"

#include "transport/tls_sessions.hpp"

#include <boost/asio/ssl/context.hpp>

namespace avatar::transport {
namespace {

namespace ssl = boost::asio::ssl;

tls_context make_context(ssl::context::method method) {
    auto context = std::make_shared<ssl::context>(method);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                         ssl::context::no_sslv3 | ssl::context::no_tlsv1 |
                         ssl::context::no_tlsv1_1);
    // A write would read the other side's part of it, away from the reader that waits.
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
    // Releases the record buffers of idle connections, some 34 KB each.
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

void require(const boost::system::error_code& ec, const char* what, const std::string& file) {
    if (ec)
        throw tls_error("cannot use " + std::string(what) + " \"" + file + "\": " + ec.message() +
                        "; expected a readable PEM file");
}

} // namespace

tls_context make_client_tls(const std::string& ca_file) {
    auto context = make_context(ssl::context::tls_client);
    context->set_verify_mode(ssl::verify_peer);
    tls_sessions::enable(*context);
    boost::system::error_code ec;
    if (ca_file.empty())
        context->set_default_verify_paths(ec);
    else
        context->load_verify_file(ca_file, ec);
    require(ec, "CA file", ca_file);
    return context;
}

tls_context make_server_tls(const std::string& certificate_file, const std::string& key_file) {
    auto context = make_context(ssl::context::tls_server);
    boost::system::error_code ec;
    context->use_certificate_chain_file(certificate_file, ec);
    require(ec, "TLS certificate", certificate_file);
    context->use_private_key_file(key_file, ssl::context::pem, ec);
    require(ec, "TLS key", key_file);
    return context;
}

} // namespace avatar::transport
