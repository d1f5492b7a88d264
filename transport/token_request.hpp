#pragma once

#include "protocol/endpoint.hpp"
#include "protocol/failure.hpp"
#include "transport/connecting.hpp"
#include "transport/http_answer.hpp"

#include <cstddef>
#include <string>

namespace avatar::transport {

/// The request for a session token, and where redirects take it.
///
/// The HTTP libraries below the service's SDKs (Go's net/http; Python's requests, httpx and
/// aiohttp; fetch) agree: after 301, 302 and 303 a POST becomes a GET without a body, after
/// 307 and 308 it is repeated. So does this one. But a route that hands out tokens takes a
/// POST, and RFC 9110 (sections 15.4.2 and 15.4.3) lets a client keep it after 301 and 302:
/// where the GET that came of them is answered with 404 or 405, the POST is repeated there.
///
/// The API key goes to no other host, port or scheme than the console's, and nothing goes
/// from https to http.
class token_request {
public:
    /// Redirects that are followed, as curl's users know it.
    static constexpr std::size_t most_redirects = 10;

    /// What a redirect may lead to.
    struct permissions {
        bool plaintext = false; ///< http on another machine.
        bool tls = false;       ///< https: there are certificates to trust.
    };

    /// `body` is JSON.
    token_request(protocol::endpoint console, std::string api_key, std::string body,
                  permissions may);

    const protocol::endpoint& to() const { return to_; }

    http_request_to_send next() const;

    /// Turns to where `answer`, to the latest request, leads. False: nowhere, it is the
    /// answer. Throws connection_error where it leads to what is not followed.
    bool follow(const http_answer_reader& answer);

    /// Tells, with a refusal of where it was redirected to, what the redirect may have to do
    /// with it.
    void add_redirect(protocol::failure& refusal) const;

private:
    bool turn_to(const http_answer_reader& answer, const std::string& location);
    bool repeat_as_post(unsigned status);

    const protocol::endpoint console_;
    const std::string api_key_; // Secret.
    const std::string body_;
    const permissions may_;
    protocol::endpoint to_;
    std::size_t redirects_ = 0;
    bool is_post_ = true;
    bool may_repeat_post_ = false; // Of a GET that was a POST before.
    bool has_key_ = true;
};

} // namespace avatar::transport
