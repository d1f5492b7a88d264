#include "protocol/endpoint.hpp"

#include "protocol/text.hpp"

#include <boost/url.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
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

/// What a Location may have as it is, but for the signs that begin what is encoded already.
struct location_charset {
    constexpr bool operator()(char c) const {
        constexpr std::string_view never = "%\"<>\\^`{|}";
        return c > 0x20 && c < 0x7F && never.find(c) == never.npos;
    }
};
constexpr location_charset location_chars;

/// As browsers do: what may not stand in a URL is encoded, what is encoded stays.
std::string encode_location(std::string_view location) {
    std::string encoded;
    for (std::size_t begin = 0; begin <= location.size();) {
        const auto end = std::min(location.find('%', begin), location.size());
        encoded += urls::encode(location.substr(begin, end - begin), location_chars);
        if (end < location.size())
            encoded += '%';
        begin = end + 1;
    }
    return encoded;
}

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

std::string_view authority_of(std::string_view url) {
    const auto authority = url.substr(url.find("://") + 3);
    return authority.substr(0, authority.find_first_of("/?#"));
}

/// The text between the host and the path, found without understanding the
/// rest: only for saying what is wrong with a URL that does not parse.
std::string_view port_part(std::string_view url) {
    const auto authority = authority_of(url);
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

/// Takes the zone of an IPv6 address, "[fe80::1%25eth0]" (RFC 6874) or, as people write it,
/// "[fe80::1%eth0]", out of a URL: Boost.URL 1.81 knows none. Empty: it has none.
std::string take_zone(std::string& url) {
    const auto authority = authority_of(url);
    const auto open = authority.find('[');
    const auto percent = authority.find('%', std::min(open, authority.size()));
    const auto close = authority.find(']', std::min(percent, authority.size()));
    if (close == authority.npos)
        return {};
    auto zone = std::string(authority.substr(percent + 1, close - percent - 1));
    if (zone.starts_with("25") && zone.size() > 2)
        zone.erase(0, 2);
    const bool is_name = std::ranges::all_of(zone, urls::unreserved_chars);
    if (zone.empty() || !is_name)
        refuse(url, "has an address whose zone is no name; expected [fe80::1%25eth0]");
    const auto at = static_cast<std::size_t>(authority.data() - url.data());
    url.erase(at + percent, close - percent);
    return zone;
}

/// An IPv4 address in the forms of the C library, such as 127.1, 0x7f000001 or one with a dot
/// behind it, as four decimal numbers: certificates have that. Nothing: the host is a name.
std::optional<std::string> ipv4_address(std::string host) {
    if (host.ends_with('.'))
        host.pop_back();
    in_addr address{};
    std::array<char, INET_ADDRSTRLEN> text{};
    if (host.find_first_not_of("0123456789abcdefABCDEFxX.") != host.npos ||
        inet_aton(host.c_str(), &address) == 0 ||
        !inet_ntop(AF_INET, &address, text.data(), text.size()))
        return std::nullopt;
    return text.data();
}

/// Takes a host that begins as an IPv4 address does, "127.0.0.1.nip.io", out of a URL, with
/// another one in its place: Boost.URL 1.81 would end the host behind the address. An address
/// in whichever form is spelled out instead. Empty: the host stays.
std::string take_numeric_name(std::string& url) {
    const auto authority = authority_of(url);
    const auto host = std::string(authority.substr(0, authority.find(':')));
    const auto at = static_cast<std::size_t>(authority.data() - url.data());
    if (const auto address = ipv4_address(host)) {
        url.replace(at, host.size(), *address);
        return {};
    }
    const bool is_name = std::ranges::all_of(host, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-' || c == '_';
    });
    if (!is_name || host.empty() || host.front() < '0' || host.front() > '9')
        return {};
    url.replace(at, host.size(), "name");
    return host;
}

struct parsed_url : urls::url {
    using urls::url::url;
    std::string zone; ///< Of an IPv6 address.
};

/// Parses and checks; the result satisfies `rules`.
parsed_url parse(std::string_view as_given, const rules& rules) {
    auto text = std::string(as_given);
    if (text.find("://") == text.npos)
        refuse(text, fmt::format("has no scheme; {}", rules.expected));
    if (std::ranges::any_of(authority_of(text), [](unsigned char c) { return c >= 0x80; }))
        refuse(text, "has a host with characters beyond ASCII; expected its punycode form "
                     "(xn--...)");
    auto zone = take_zone(text);
    const auto name = take_numeric_name(text);
    auto parsed = parse_strictly(text);
    if (!parsed)
        refuse_unparsable(as_given);
    parsed_url url(*parsed);
    url.zone = std::move(zone);
    if (!name.empty())
        url.set_encoded_host(name);
    text = as_given; // As the errors show it.
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

std::string path_without_slashes(const urls::url& url) {
    auto path = std::string(url.encoded_path());
    path.erase(path.find_last_not_of('/') + 1);
    return path;
}

/// Replaces the path's trailing slashes by `step`.
void append_step(urls::url& url, std::string_view step) {
    url.set_encoded_path(path_without_slashes(url).append(step));
}

bool remove_end(std::string& path, std::string_view end) {
    const bool has_it = path.ends_with(end);
    if (has_it)
        path.erase(path.size() - end.size());
    return has_it;
}

/// Of a console, or of the API of its successor.
std::string token_route(std::string path) {
    constexpr std::string_view successor = "/v1/auth/session-token";
    if (!remove_end(path, successor) && !remove_end(path, "/v1/auth"))
        return path + "/session-tokens";
    remove_end(path, "/v1/console");
    return path.append(successor);
}

void set_parameter(urls::url& url, std::string_view key, std::string_view value) {
    url.encoded_params().set(key, percent_encoded(value));
}

endpoint to_endpoint(const parsed_url& url, const rules& rules) {
    auto tls = std::ranges::find(rules.schemes, std::string_view(url.scheme()), &scheme::name)->tls;
    auto default_port = std::string(tls ? "443" : "80");
    endpoint result;
    result.tls = tls;
    result.host = url.host_address() + (url.zone.empty() ? "" : '%' + url.zone);
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
    url.set_encoded_path(token_route(path_without_slashes(url)));
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

endpoint redirected(const endpoint& from, std::string_view location) {
    const auto encoded = encode_location(trimmed(location));
    const auto reference = urls::parse_uri_reference(encoded);
    if (!reference)
        refuse(location, "is not a valid URL; expected scheme://host[:port][/path], or a path");
    urls::url target;
    if (!urls::resolve(urls::url_view(from.url), *reference, target))
        refuse(location, "cannot be resolved; expected scheme://host[:port][/path], or a path");
    target.remove_fragment();
    auto to = to_endpoint(parse(target.buffer(), console_rules), console_rules);
    if (to.host_header == from.host_header)
        to.host = from.host; // With its zone.
    return to;
}

bool is_same_origin(const endpoint& a, const endpoint& b) {
    return a.tls == b.tls && lower_case(a.host) == lower_case(b.host) && a.port == b.port;
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
