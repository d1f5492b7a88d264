#pragma once

#include "tests/transport/made_certificates.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace avatar::tests {

/// The other side of a node's link, with whatever certificate and version: it verifies
/// nothing itself. Its socket stays the test's.
class raw_tls_peer {
public:
    enum role { accepts, connects };

    /// Without a certificate where `own` is null.
    raw_tls_peer(role as, int socket, const made_certificate* own,
                 int latest_version = TLS1_3_VERSION)
        : context_(SSL_CTX_new(TLS_method()), SSL_CTX_free) {
        SSL_CTX_set_max_proto_version(context_.get(), latest_version);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
        SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* of, SSL_SESSION*) {
            ++static_cast<raw_tls_peer*>(SSL_get_app_data(of))->tickets_;
            return 0;
        });
        if (own) {
            SSL_CTX_use_certificate(context_.get(), own->certificate.get());
            SSL_CTX_use_PrivateKey(context_.get(), own->key.get());
        }
        tls_.reset(SSL_new(context_.get()), SSL_free);
        SSL_set_app_data(tls_.get(), this);
        SSL_set_fd(tls_.get(), socket);
        if (as == accepts) {
            SSL_set_verify(tls_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
            SSL_set_accept_state(tls_.get());
        } else {
            SSL_set_connect_state(tls_.get());
        }
    }
    raw_tls_peer(const raw_tls_peer&) = delete;
    raw_tls_peer& operator=(const raw_tls_peer&) = delete;

    /// True when done.
    bool handshake() { return SSL_do_handshake(tls_.get()) == 1; }

    bool write(const std::string& text) {
        return SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())) > 0;
    }

    /// What there is, up to 100 bytes.
    std::string read() {
        std::string text(100, '\0');
        const int got = SSL_read(tls_.get(), text.data(), static_cast<int>(text.size()));
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

    SSL* native_handle() { return tls_.get(); }

    /// How many tickets for another session have come.
    int tickets() const { return tickets_; }

private:
    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> tls_;
    int tickets_ = 0;
};

} // namespace avatar::tests
