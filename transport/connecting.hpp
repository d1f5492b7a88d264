#pragma once

#include "protocol/endpoint.hpp"
#include "transport/http_answer.hpp"
#include "transport/stream.hpp"
#include "transport/tls_sessions.hpp"

#include <string>
#include <utility>
#include <vector>

/// The steps between TCP and WebSocket, each a coroutine that ends with
/// boost::system::system_error when it fails. None has a time limit of its own:
/// the caller closes the stream.
namespace avatar::transport {

/// Agrees TLS: sends the host name (SNI) and verifies the certificate and that
/// it is for this host; or resumes one of `sessions`, for which both were done.
awaitable<void> shake_tls(stream& s, const protocol::endpoint& to, tls_sessions& sessions);

using http_headers = std::vector<std::pair<std::string, std::string>>; // Name and value.

/// A request for JSON; with a body, which is JSON too, it is a POST, else a GET.
struct http_request_to_send {
    std::string body;
    http_headers headers;
};

/// What every request of ours calls itself, as firewalls demand: "avatar-pool/0.1.0".
std::string user_agent();

/// Sends a request over a connected stream and has `answer` read what comes back, as far as
/// it wants.
awaitable<void> exchange_http(stream& s, const protocol::endpoint& to,
                              const http_request_to_send& request, http_answer_reader& answer);

} // namespace avatar::transport
