#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

/// From the URLs a user configures to what a socket needs.
namespace avatar::protocol {

/// Where to connect and what to ask for.
struct endpoint {
    bool tls = false;
    std::string host;        ///< Name or address; IPv6 without brackets, its zone behind a %.
    std::string port;        ///< As given, else "80" or "443".
    std::string target;      ///< Path and query. Secret when the query carries a token.
    std::string host_header; ///< Host, with the port unless it is the scheme's own.
    std::string url{};       ///< To be shown: without user info, query and fragment.

    bool operator==(const endpoint&) const = default;
};

/// A URL that cannot be used. what() is one line that names the URL, what is
/// wrong and what would be right; it never shows user info or a query.
struct invalid_endpoint : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// Credentials as query parameters of the upgrade, for AVATAR_USE_QUERY_AUTH.
struct query_auth {
    std::string_view app_id;
    std::string_view session_token; ///< Secret.
};

/// {console, trailing slashes removed}/session-tokens. Schemes http and https. A URL whose
/// path ends in /v1/auth or /v1/auth/session-token is of the service's successor, whose route
/// is {API root}/v1/auth/session-token; a root that ends in /v1/console is taken without that.
/// Throws invalid_endpoint.
endpoint token_endpoint(std::string_view console_url);

/// {ingress, trailing slashes removed}/websocket?id=<avatar id>, with the
/// credentials behind it when given. Schemes ws and http (plain), wss and https
/// (TLS). A query that the URL carries is kept, except for parameters of the
/// same names. Values are percent-encoded. Throws invalid_endpoint.
endpoint websocket_endpoint(std::string_view ingress_url, std::string_view avatar_id,
                            const std::optional<query_auth>& auth = std::nullopt);

/// Where a redirect of a request to `from` leads: `location` is the Location header, which
/// may be relative (RFC 9110, section 10.2.2), with http or https. Characters that no URL may
/// have are percent-encoded. Throws invalid_endpoint.
endpoint redirected(const endpoint& from, std::string_view location);

/// Whether both have the same scheme, host and port (RFC 6454).
bool is_same_origin(const endpoint& a, const endpoint& b);

/// A value as it stands in the query of such an endpoint: all but unreserved
/// characters percent-encoded.
std::string percent_encoded(std::string_view value);

/// What is wrong with a console URL, nothing when it can be used.
std::optional<std::string> check_console_endpoint(std::string_view console_url);

/// What is wrong with an ingress URL, nothing when it can be used.
std::optional<std::string> check_ingress_endpoint(std::string_view ingress_url);

/// Whether this is a host name or address (IPv6 without brackets) of the machine
/// itself: localhost and the names under it (RFC 6761, section 6.3; a dot may follow),
/// 127.0.0.0/8 and ::1, also as IPv4 in IPv6 (::ffff:127.0.0.1).
bool is_this_machine(std::string_view host);

/// What is wrong with sending the API key to a console URL that can be used: its
/// connection is not encrypted and leads to another machine. Nothing otherwise.
std::optional<std::string> check_console_secrecy(std::string_view console_url);

/// The same of an ingress URL and the session token.
std::optional<std::string> check_ingress_secrecy(std::string_view ingress_url);

} // namespace avatar::protocol
