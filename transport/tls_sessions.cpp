#include "transport/tls_sessions.hpp"

#include <openssl/ssl.h>

namespace avatar::transport {
namespace {

/// Where OpenSSL keeps, with a connection, the entry of its host.
int place_of_entry() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

} // namespace

void tls_sessions::free_session::operator()(SSL_SESSION* session) const {
    SSL_SESSION_free(session);
}

void tls_sessions::enable(boost::asio::ssl::context& client) {
    auto* context = client.native_handle();
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
}

void tls_sessions::offer(SSL* connection, const std::string& host) {
    auto& latest = latest_[host];
    SSL_set_ex_data(connection, place_of_entry(), &latest);
    if (latest)
        SSL_set_session(connection, latest.get());
}

void tls_sessions::forget(SSL* connection) {
    if (auto* latest = latest_of(connection))
        latest->reset();
}

int tls_sessions::on_new_session(SSL* connection, SSL_SESSION* agreed) {
    // A copy: OpenSSL takes the original for spoiled once its connection breaks.
    if (auto* latest = latest_of(connection))
        latest->reset(SSL_SESSION_dup(agreed));
    return 0; // The original stays OpenSSL's.
}

tls_sessions::session* tls_sessions::latest_of(SSL* connection) {
    return static_cast<session*>(SSL_get_ex_data(connection, place_of_entry()));
}

} // namespace avatar::transport
