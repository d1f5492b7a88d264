#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace avatar::transport {

/// Certificates, keys and protocol versions of a client or a server. Shared by
/// all its connections.
using tls_context = std::shared_ptr<boost::asio::ssl::context>;

/// A file of certificates or keys that cannot be used; one line that names it.
class tls_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A client that verifies the server's certificate and host name against the
/// PEM bundle `ca_file`, or against the system's when that is empty. TLS 1.2
/// up. Throws tls_error.
tls_context make_client_tls(const std::string& ca_file);

/// A server with the PEM certificate chain and private key. Throws tls_error.
tls_context make_server_tls(const std::string& certificate_file, const std::string& key_file);

} // namespace avatar::transport
