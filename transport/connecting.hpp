#pragma once

#include "protocol/endpoint.hpp"
#include "transport/name_lookup.hpp"
#include "transport/stream.hpp"
#include "transport/tls_sessions.hpp"

#include <string>
#include <utility>
#include <vector>

/// The steps below HTTP and WebSocket, each a coroutine that ends with
/// boost::system::system_error when it fails. None has a time limit of its own:
/// the caller closes the stream.
namespace avatar::transport {

/// Connects to the first of the addresses (IPv6 and IPv4) that answers.
awaitable<void> connect_tcp(stream& s, name_lookup::addresses addresses);

/// Agrees TLS: sends the host name (SNI) and verifies the certificate and that
/// it is for this host; or resumes one of `sessions`, for which both were done.
awaitable<void> shake_tls(stream& s, const protocol::endpoint& to, tls_sessions& sessions);

/// What came back of an HTTP request.
struct http_answer {
    unsigned status = 0;
    std::string body;        ///< At most 1 MiB; a larger one is an error.
    bool keeps_open = false; ///< The server takes another request on the same connection.
};

using http_headers = std::vector<std::pair<std::string, std::string>>; // Name and value.

/// POSTs a JSON body over a connected stream.
awaitable<http_answer> post_json(stream& s, const protocol::endpoint& to,
                                 const http_headers& headers, std::string body);

} // namespace avatar::transport
