#include "transport/tls_sessions.hpp"

#include <openssl/ssl.h>

namespace avatar::transport {
namespace {

constexpr auto longest_unchecked = std::chrono::hours(1);

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
    auto& entry = hosts_.try_emplace(host, host_entry{this, nullptr, {}}).first->second;
    SSL_set_ex_data(connection, place_of_entry(), &entry);
    if (now_() - entry.checked > longest_unchecked)
        entry.latest.reset();
    if (entry.latest)
        SSL_set_session(connection, copy_of(entry.latest.get()).get()); // Takes a reference.
}

void tls_sessions::forget(SSL* connection) {
    if (auto* entry = entry_of(connection))
        entry->latest.reset();
}

int tls_sessions::on_new_session(SSL* connection, SSL_SESSION* agreed) {
    if (auto* entry = entry_of(connection)) {
        entry->latest = copy_of(agreed);
        if (SSL_session_reused(connection) == 0)
            entry->checked = entry->owner->now_();
    }
    return 0; // The original stays OpenSSL's.
}

/// A session that a connection has is spoiled when that connection breaks.
tls_sessions::session tls_sessions::copy_of(SSL_SESSION* original) {
    return session(SSL_SESSION_dup(original));
}

tls_sessions::host_entry* tls_sessions::entry_of(SSL* connection) {
    return static_cast<host_entry*>(SSL_get_ex_data(connection, place_of_entry()));
}

} // namespace avatar::transport
