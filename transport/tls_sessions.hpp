#pragma once

#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace avatar::transport {

/// TLS sessions that can be resumed: the latest with each host is offered to the
/// next connection there. Resuming spares both sides the certificate, its signature
/// and its check, and every connection of a pool a copy of the certificate.
///
/// One session serves many connections. RFC 8446 (C.4) advises against that, lest an
/// observer see that they belong together; those of a pool show it by where they go.
///
/// A resumed session brings no certificate to check, and leads to the next one: so
/// each goes back to a certificate that is at most an hour old.
///
/// Used on one thread, with the connections it is offered to, and outlives them.
class tls_sessions {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit tls_sessions(time_point (*now)() = std::chrono::steady_clock::now) : now_(now) {}

    /// From now on the connections of `client` tell of their new sessions. To be
    /// called once for each context.
    static void enable(boost::asio::ssl::context& client);

    /// Offers the latest session with `host`, if there is one, in the handshake to
    /// come, and keeps those that `connection` will agree. `host` is any text that
    /// stands for one server, its port included.
    void offer(SSL* connection, const std::string& host);

    /// The handshake failed: what was offered to `connection` is offered no more.
    static void forget(SSL* connection);

private:
    struct free_session {
        void operator()(SSL_SESSION* session) const;
    };
    using session = std::unique_ptr<SSL_SESSION, free_session>;

    struct host_entry {
        tls_sessions* owner;
        session latest;
        time_point checked; // The certificate that it goes back to.
    };

    static int on_new_session(SSL* connection, SSL_SESSION* agreed);
    static host_entry* entry_of(SSL* connection);
    static session copy_of(SSL_SESSION* original);

    time_point (*now_)();
    std::map<std::string, host_entry> hosts_; // Entries stay where they are.
};

} // namespace avatar::transport
