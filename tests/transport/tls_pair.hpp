#pragma once

#include "tests/support/certificates.hpp"
#include "transport/tls.hpp"
#include "transport/tls_sessions.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <string>

namespace avatar::tests {

/// Both ends of one TLS connection over loopback, after the handshake.
struct tls_pair {
    tls_pair() { connect(); }

    /// Another connection in place of the present one; where `sessions` are given,
    /// the client offers that of `host`. What the handshake throws, this throws.
    void connect(transport::tls_sessions* sessions = nullptr, const std::string& host = {}) {
        namespace asio = boost::asio;
        using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, transport::executor>;
        acceptor listening(io, {asio::ip::address_v4::loopback(), 0});
        transport::tcp_socket near(io);
        near.connect(listening.local_endpoint());
        server.emplace(listening.accept(), *server_tls);
        client.emplace(std::move(near), *client_tls);
        if (sessions)
            sessions->offer(client->native_handle(), host);
        spawn(shake(*server, asio::ssl::stream_base::server));
        spawn(shake(*client, asio::ssl::stream_base::client));
        run();
    }

    static transport::awaitable<void> shake(transport::tls_stream& s,
                                            transport::tls_stream::handshake_type role) {
        co_await s.async_handshake(role, transport::use_awaitable);
    }

    /// What it throws, `run` throws.
    void spawn(transport::awaitable<void> course) {
        boost::asio::co_spawn(io, std::move(course), [](std::exception_ptr thrown) {
            if (thrown)
                std::rethrow_exception(thrown);
        });
    }

    void run() {
        io.restart();
        io.run();
    }

    /// Runs until everything waits for the other side.
    void run_pending() {
        io.restart();
        while (io.poll() > 0) {
        }
    }

    boost::asio::io_context io;
    transport::tls_context server_tls = transport::make_server_tls(server_certificate, server_key);
    transport::tls_context client_tls = transport::make_client_tls(ca_file);
    std::optional<transport::tls_stream> server;
    std::optional<transport::tls_stream> client;
};

} // namespace avatar::tests
