#include "protocol/endpoint.hpp"

#include "protocol/text.hpp"

#include <boost/url.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace avatar::protocol {

namespace {

namespace urls = boost::urls;

struct scheme {
    std::string_view name;
    bool tls;
};

constexpr scheme console_schemes[] = {{"http", false}, {"https", true}};
constexpr scheme ingress_schemes[] = {
    {"http", false}, {"https", true}, {"ws", false}, {"wss", true}};

constexpr std::string_view expected_console = "expected http or https";
constexpr std::string_view expected_ingress = "expected http, https, ws or wss";

/// What one of the two URLs may look like.
struct rules {
    std::span<const scheme> schemes;
    std::string_view expected;
};

constexpr rules console_rules = {console_schemes, expected_console};
constexpr rules ingress_rules = {ingress_schemes, expected_ingress};

/// The URL as an error may show it: neither user info nor query, one line.
std::string shown(std::string_view url) {
    if (url.find('@') != url.npos)
        return "the URL";
    url = url.substr(0, url.find_first_of("?#"));
    return fmt::format("\"{}\"", on_one_line(shortened(url, 200)));
}

[[noreturn]] void refuse(std::string_view url, std::string_view what) {
    throw invalid_endpoint(fmt::format("{} {}", shown(url), what));
}

/// The text between the host and the path, found without understanding the
/// rest: only for saying what is wrong with a URL that does not parse.
std::string_view port_part(std::string_view url) {
    auto authority = url.substr(url.find("://") + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    auto colon = authority.find_last_of(":]");
    if (colon == authority.npos || authority[colon] == ']')
        return {};
    return authority.substr(colon);
}

/// Boost.URL 1.81 lets a path begin right behind the port: of "ws://host:80x" it
/// would make port 80 and path "x".
boost::system::result<urls::url_view> parse_strictly(std::string_view url) {
    auto parsed = urls::parse_uri(url);
    if (parsed && !parsed->encoded_path().empty() && !parsed->is_path_absolute())
        return urls::grammar::error::mismatch;
    return parsed;
}

[[noreturn]] void refuse_unparsable(std::string_view url) {
    auto port = port_part(url);
    auto without_port = std::string(url);
    if (!port.empty())
        without_port.erase(static_cast<std::size_t>(port.data() - url.data()), port.size());
    if (parse_strictly(without_port))
        refuse(url, "has a port that is not a number; expected 1 to 65535");
    refuse(url, "is not a valid URL; expected scheme://host[:port][/path]");
}

/// Of digits, as a URL that parses has them.
bool is_port(std::string_view text) {
    unsigned number = 0; // Stays where the number is too large.
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number >= 1 && number <= 65535;
}

/// Parses and checks; the result satisfies `rules`.
urls::url parse(std::string_view text, const rules& rules) {
    if (text.find("://") == text.npos)
        refuse(text, fmt::format("has no scheme; {}", rules.expected));
    auto parsed = parse_strictly(text);
    if (!parsed)
        refuse_unparsable(text);
    auto url = urls::url(*parsed);
    url.normalize_scheme();
    if (std::ranges::find(rules.schemes, std::string_view(url.scheme()), &scheme::name) ==
        rules.schemes.end())
        refuse(text,
               fmt::format("has scheme \"{}\"; {}", std::string(url.scheme()), rules.expected));
    if (url.has_userinfo())
        refuse(text, "carries a user name or password; expected none");
    if (url.has_fragment())
        refuse(text, "has a fragment (#...); expected none");
    if (url.encoded_host().empty())
        refuse(text, "has no host; expected scheme://host[:port][/path]");
    // What decodes to something else could not be looked up, and would put
    // foreign characters into the Host header.
    if (url.host_type() == urls::host_type::ipvfuture ||
        url.encoded_host().find('%') != std::string_view::npos)
        refuse(text, "has a host that is neither a name nor an IPv4 or [IPv6] address");
    if (!url.port().empty() && !is_port(url.port()))
        refuse(text, fmt::format("has port {}; expected 1 to 65535", std::string(url.port())));
    return url;
}

/// Replaces the path's trailing slashes by `step`.
void append_step(urls::url& url, std::string_view step) {
    auto path = std::string(url.encoded_path());
    path.erase(path.find_last_not_of('/') + 1);
    url.set_encoded_path(path.append(step));
}

void set_parameter(urls::url& url, std::string_view key, std::string_view value) {
    url.encoded_params().set(key, percent_encoded(value));
}

endpoint to_endpoint(const urls::url& url, const rules& rules) {
    auto tls = std::ranges::find(rules.schemes, std::string_view(url.scheme()), &scheme::name)->tls;
    auto default_port = std::string(tls ? "443" : "80");
    endpoint result;
    result.tls = tls;
    result.host = url.host_address();
    result.port = url.port().empty() ? default_port : std::string(url.port());
    result.target = url.encoded_target();
    result.host_header = url.encoded_host();
    if (result.port != default_port)
        result.host_header += ':' + result.port;
    result.url = fmt::format("{}://{}{}", std::string(url.scheme()), result.host_header,
                             std::string(url.encoded_path()));
    return result;
}

std::optional<std::string> check_secrecy(std::string_view text, const rules& rules,
                                         std::string_view secret, std::string_view encrypted) {
    const auto to = to_endpoint(parse(text, rules), rules);
    if (to.tls || is_this_machine(to.host))
        return std::nullopt;
    return fmt::format("{} would take the {} unencrypted to another machine; expected {}, or "
                       "--service.allow-plaintext=true",
                       shown(text), secret, encrypted);
}

std::optional<std::string> check(std::string_view url, const rules& rules) {
    try {
        parse(url, rules);
        return std::nullopt;
    } catch (const invalid_endpoint& problem) {
        return problem.what();
    }
}

} // namespace

std::string percent_encoded(std::string_view value) {
    // Everything but the unreserved characters is encoded: a '+' left alone
    // would be read as a space.
    return urls::encode(value, urls::unreserved_chars);
}

endpoint token_endpoint(std::string_view console_url) {
    auto url = parse(console_url, console_rules);
    append_step(url, "/session-tokens");
    return to_endpoint(url, console_rules);
}

endpoint websocket_endpoint(std::string_view ingress_url, std::string_view avatar_id,
                            const std::optional<query_auth>& auth) {
    auto url = parse(ingress_url, ingress_rules);
    append_step(url, "/websocket");
    set_parameter(url, "id", avatar_id);
    if (auth) {
        set_parameter(url, "appId", auth->app_id);
        set_parameter(url, "sessionKey", auth->session_token);
    }
    return to_endpoint(url, ingress_rules);
}

std::optional<std::string> check_console_endpoint(std::string_view console_url) {
    return check(console_url, console_rules);
}

std::optional<std::string> check_ingress_endpoint(std::string_view ingress_url) {
    return check(ingress_url, ingress_rules);
}

std::optional<std::string> check_console_secrecy(std::string_view console_url) {
    return check_secrecy(console_url, console_rules, "API key", "https");
}

std::optional<std::string> check_ingress_secrecy(std::string_view ingress_url) {
    return check_secrecy(ingress_url, ingress_rules, "session token", "wss or https");
}

} // namespace avatar::protocol
