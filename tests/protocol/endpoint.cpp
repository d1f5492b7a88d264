#define CAF_SUITE endpoint

#include "protocol/endpoint.hpp"

#include <caf/test/dsl.hpp>

using namespace avatar::protocol;
using namespace std::string_literals;

namespace {

std::string console_problem(std::string_view url) {
    return check_console_endpoint(url).value_or("fine");
}

std::string ingress_problem(std::string_view url) {
    return check_ingress_endpoint(url).value_or("fine");
}

/// For whichever reason.
bool console_refused(std::string_view url) {
    return check_console_endpoint(url) || check_console_secrecy(url);
}

bool ingress_refused(std::string_view url) {
    return check_ingress_endpoint(url) || check_ingress_secrecy(url);
}

std::string target(std::string_view ingress, std::string_view avatar_id = "a1") {
    return websocket_endpoint(ingress, avatar_id).target;
}

} // namespace

CAF_TEST(a console URL becomes the token endpoint) {
    auto e = token_endpoint("https://console.eu.example.com/v1/console");
    CAF_CHECK(e.tls);
    CAF_CHECK_EQUAL(e.host, "console.eu.example.com"s);
    CAF_CHECK_EQUAL(e.port, "443"s);
    CAF_CHECK_EQUAL(e.target, "/v1/console/session-tokens"s);
    CAF_CHECK_EQUAL(e.host_header, "console.eu.example.com"s);
}

CAF_TEST(what is sent in plain text may not leave this machine) {
    for (const auto host :
         {"localhost", "LocalHost", "localhost.", "a.localhost", "a.b.LOCALHOST.", "127.0.0.1",
          "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::FFFF:7f00:2]",
          "127.1", "2130706433", "0x7f.0.0.1", "0177.1", "127.0.0.1."}) {
        for (const std::string scheme : {"http", "HTTP"})
            CAF_CHECK_EQUAL(check_console_secrecy(scheme + "://" + host + ":1/x").value_or("fine"),
                            "fine"s);
        for (const std::string scheme : {"http", "ws", "WS"})
            CAF_CHECK_EQUAL(check_ingress_secrecy(scheme + "://" + host + "/x").value_or("fine"),
                            "fine"s);
    }
    for (const auto host : {"example.com",
                            "localhost.example.com",
                            "127.0.0.1.example.com",
                            "localhost.example",
                            "notlocalhost",
                            "xlocalhost",
                            "localhost..",
                            ".localhost",
                            "localhostx",
                            "128.0.0.1",
                            "126.255.255.255",
                            "0.0.0.0",
                            "10.0.0.1",
                            "192.168.127.1",
                            "1.127.0.0",
                            "127.0.0.256",
                            "0127.0.0.1",
                            "127.0.0.one",
                            "[::]",
                            "[::2]",
                            "[::127.0.0.1]",
                            "[::ffff:128.0.0.1]",
                            "[::ffff:0:127.0.0.1]",
                            "[fe80::1]",
                            "[2001:db8::1]",
                            "[1::]"}) {
        for (const std::string scheme : {"http", "HTTP"})
            CAF_CHECK(console_refused(scheme + "://" + host + "/x"));
        for (const std::string scheme : {"http", "ws", "Ws"})
            CAF_CHECK(ingress_refused(scheme + "://" + host + ":1/x"));
    }
    for (const std::string host : {"example.com", "10.0.0.1", "[2001:db8::1]"}) {
        CAF_CHECK(!console_refused("https://" + host));
        CAF_CHECK(!ingress_refused("HTTPS://" + host));
        CAF_CHECK(!ingress_refused("Wss://" + host));
    }
}

CAF_TEST(this machine is known by its names and addresses) {
    for (const auto host : {"localhost", "x.localhost.", "127.0.0.1", "::1", "::ffff:127.1.2.3"})
        CAF_CHECK(is_this_machine(host));
    for (const auto host :
         {"", ".", "localhost..", ".a.localhost", ".localhost.", "..localhost", "a..localhost",
          ".localhost", "127.0.0.1.", "127.0.0.1.example.com", "::ffff:126.0.0.1", "::7f00:1"})
        CAF_CHECK(!is_this_machine(host));
}

CAF_TEST(a name before the host does not make it this machine) {
    for (const auto url : {"http://localhost@example.com", "http://127.0.0.1:80@example.com/",
                           "http://localhost:p@example.com"})
        CAF_CHECK_NOT_EQUAL(console_problem(url), "fine"s);
}

CAF_TEST(the text on plain text says what would be right) {
    CAF_CHECK_EQUAL(check_console_secrecy("http://h.example:8080/v1?key=x").value_or(""),
                    "\"http://h.example:8080/v1\" would take the API key unencrypted to another "
                    "machine; expected https, or --service.allow-plaintext=true"s);
    CAF_CHECK_EQUAL(check_ingress_secrecy("ws://h.example").value_or(""),
                    "\"ws://h.example\" would take the session token unencrypted to another "
                    "machine; expected wss or https, or --service.allow-plaintext=true"s);
}

CAF_TEST(trailing slashes are removed) {
    CAF_CHECK_EQUAL(token_endpoint("http://h").target, "/session-tokens"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h/").target, "/session-tokens"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h/v1/").target, "/v1/session-tokens"s);
    CAF_CHECK_EQUAL(target("ws://h/"), "/websocket?id=a1"s);
    CAF_CHECK_EQUAL(target("ws://h/v1//"), "/v1/websocket?id=a1"s);
}

CAF_TEST(schemes choose TLS and port) {
    for (auto scheme : {"http", "ws", "HTTP", "Ws"}) {
        auto e = websocket_endpoint(scheme + "://h"s, "a1");
        CAF_CHECK(!e.tls);
        CAF_CHECK_EQUAL(e.port, "80"s);
    }
    for (auto scheme : {"https", "wss", "HTTPS"}) {
        auto e = websocket_endpoint(scheme + "://h"s, "a1");
        CAF_CHECK(e.tls);
        CAF_CHECK_EQUAL(e.port, "443"s);
    }
}

CAF_TEST(a port is named in the host header unless it is the default one) {
    CAF_CHECK_EQUAL(token_endpoint("http://h:8080").port, "8080"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h:8080").host_header, "h:8080"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h:80").host_header, "h"s);
    CAF_CHECK_EQUAL(token_endpoint("https://h:80").host_header, "h:80"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h:/").port, "80"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h:/").host_header, "h"s);
}

CAF_TEST(addresses are hosts) {
    auto six = websocket_endpoint("ws://[::1]:9000/", "a1");
    CAF_CHECK_EQUAL(six.host, "::1"s);
    CAF_CHECK_EQUAL(six.port, "9000"s);
    CAF_CHECK_EQUAL(six.host_header, "[::1]:9000"s);
    CAF_CHECK_EQUAL(token_endpoint("https://[2001:db8::7]").host, "2001:db8::7"s);
    CAF_CHECK_EQUAL(token_endpoint("https://[2001:db8::7]").host_header, "[2001:db8::7]"s);
    CAF_CHECK_EQUAL(token_endpoint("http://127.0.0.1:1").host, "127.0.0.1"s);
}

CAF_TEST(values are encoded) {
    CAF_CHECK_EQUAL(target("ws://h", "a b&c=d+e/f?#%\xC3\xA9"),
                    "/websocket?id=a%20b%26c%3Dd%2Be%2Ff%3F%23%25%C3%A9"s);
    CAF_CHECK_EQUAL(target("ws://h", "Az09-._~"), "/websocket?id=Az09-._~"s);
    CAF_CHECK_EQUAL(target("ws://h", "a\r\nX-Evil: 1"), "/websocket?id=a%0D%0AX-Evil%3A%201"s);
}

CAF_TEST(credentials go into the query when asked) {
    auto e = websocket_endpoint("wss://h/v1", "a1", query_auth{"app+1", "tok/=="});
    CAF_CHECK_EQUAL(e.target, "/v1/websocket?id=a1&appId=app%2B1&sessionKey=tok%2F%3D%3D"s);
}

CAF_TEST(a query that the URL carries is kept) {
    CAF_CHECK_EQUAL(target("ws://h/v1/?zone=a%20b&x"), "/v1/websocket?zone=a%20b&x&id=a1"s);
    CAF_CHECK_EQUAL(target("ws://h?id=old&zone=1"), "/websocket?id=a1&zone=1"s);
    CAF_CHECK_EQUAL(token_endpoint("http://h/v1/?k=1").target, "/v1/session-tokens?k=1"s);
}

CAF_TEST(a scheme is needed) {
    auto expected = "\"console.example.com\" has no scheme; expected http or https"s;
    CAF_CHECK_EQUAL(console_problem("console.example.com"), expected);
    CAF_CHECK_EQUAL(ingress_problem("localhost:8080/v1"),
                    "\"localhost:8080/v1\" has no scheme; expected http, https, ws or wss"s);
    CAF_CHECK_EQUAL(console_problem(""), "\"\" has no scheme; expected http or https"s);
}

CAF_TEST(another scheme is refused) {
    CAF_CHECK_EQUAL(ingress_problem("ftp://x"),
                    "\"ftp://x\" has scheme \"ftp\"; expected http, https, ws or wss"s);
    CAF_CHECK_EQUAL(console_problem("wss://x"),
                    "\"wss://x\" has scheme \"wss\"; expected http or https"s);
}

CAF_TEST(a host is needed) {
    for (auto url : {"http://", "http:///v1", "http://:80", "http://?x=1"})
        CAF_CHECK(console_problem(url).find("has no host; expected scheme://host") !=
                  std::string::npos);
}

CAF_TEST(a host that could not be looked up is refused) {
    for (auto url : {"http://a%0d%0ab/", "http://a%20b", "http://[v1.x]"})
        CAF_CHECK(console_problem(url).find("has a host that is neither a name nor") !=
                  std::string::npos);
}

CAF_TEST(a bad port is refused) {
    CAF_CHECK_EQUAL(console_problem("http://h:0"),
                    "\"http://h:0\" has port 0; expected 1 to 65535"s);
    CAF_CHECK_EQUAL(console_problem("http://h:65536"),
                    "\"http://h:65536\" has port 65536; expected 1 to 65535"s);
    CAF_CHECK_EQUAL(console_problem("http://h:99999999999999999999/v1"),
                    "\"http://h:99999999999999999999/v1\" has port 99999999999999999999; "
                    "expected 1 to 65535"s);
    CAF_CHECK_EQUAL(ingress_problem("ws://h:http/v1"),
                    "\"ws://h:http/v1\" has a port that is not a number; expected 1 to 65535"s);
    CAF_CHECK_EQUAL(ingress_problem("ws://[::1]:x"),
                    "\"ws://[::1]:x\" has a port that is not a number; expected 1 to 65535"s);
    for (auto url : {"ws://h:80x/v1", "ws://h:-1", "ws://h:8 0", "ws://h:x?q=1", "ws://:x",
                     "ws://h:x/a:b", "ws://h:x?a:b", "ws://h:x#a:b", "ws://:x/p"})
        CAF_CHECK(ingress_problem(url).find("has a port that is not a number") !=
                  std::string::npos);
    for (auto port : {"1", "2", "65534", "65535", "00080"})
        CAF_CHECK_EQUAL(console_problem("http://h:"s + port), "fine"s);
    for (auto port : {"0", "000", "65536", "65537", "4294967296", "4294967297"})
        CAF_CHECK_EQUAL(console_problem("http://h:"s + port),
                        "\"http://h:"s + port + "\" has port " + port + "; expected 1 to 65535");
}

CAF_TEST(of a long URL two hundred bytes are shown) {
    const auto start = "ftp://"s;
    for (std::size_t size : {199, 200, 201, 1000}) {
        const auto url = start + std::string(size - start.size(), 'h');
        CAF_CHECK_EQUAL(console_problem(url),
                        '"' + url.substr(0, 200) + "\" has scheme \"ftp\"; expected http or https");
    }
}

CAF_TEST(an endpoint is plain unless it is said) {
    CAF_CHECK(endpoint() ==
              (endpoint{.tls = false, .host = "", .port = "", .target = "", .host_header = ""}));
}

CAF_TEST(what is no URL is refused in one line) {
    for (auto url : {"http://a b/", "http://[::1", "http://[::1]]", "http://[::1]x:80/p",
                     "http://h/%zz", "://h", "http://h\n", " http://h", "http://h/\xC3\xA9"}) {
        auto problem = console_problem(url);
        CAF_CHECK(problem.find("is not a valid URL; expected scheme://host[:port][/path]") !=
                  problem.npos);
        CAF_CHECK(problem.find('\n') == problem.npos);
    }
}

CAF_TEST(user info is refused and never shown) {
    for (auto url : {"http://user:s3cret@h/v1", "http://s3cret@h", "user:s3cret@h",
                     "http://user:s3cret@h:x", "ftp://user:s3cret@h", "http://u:s3cret?@h",
                     "http://u:s3cret#@h", "http://u:s3 cret@h"}) {
        auto problem = console_problem(url);
        CAF_CHECK(problem != "fine");
        CAF_CHECK(problem.find("s3") == problem.npos);
    }
    CAF_CHECK_EQUAL(console_problem("http://user:pass@h/v1"),
                    "the URL carries a user name or password; expected none"s);
}

CAF_TEST(a query is never shown) {
    auto problem = ingress_problem("ftp://h/v1?key=s3cret");
    CAF_CHECK_EQUAL(problem, "\"ftp://h/v1\" has scheme \"ftp\"; expected http, https, ws or wss"s);
}

CAF_TEST(a fragment is refused) {
    CAF_CHECK_EQUAL(ingress_problem("wss://h/v1#top"),
                    "\"wss://h/v1\" has a fragment (#...); expected none"s);
}

CAF_TEST(the endpoints refuse what the checks refuse) {
    CAF_CHECK_EQUAL(console_problem("http://h/v1"), "fine"s);
    CAF_CHECK_EQUAL(ingress_problem("wss://h/v1"), "fine"s);
    auto refuses = [](auto make) {
        try {
            make();
            return ""s;
        } catch (const invalid_endpoint& problem) {
            return std::string(problem.what());
        }
    };
    CAF_CHECK_EQUAL(refuses([] { token_endpoint("ftp://x"); }), console_problem("ftp://x"));
    CAF_CHECK_EQUAL(refuses([] { websocket_endpoint("ftp://x", "a1"); }),
                    ingress_problem("ftp://x"));
}

CAF_TEST(IPv4 addresses in odd forms are addresses) {
    for (auto host : {"127.1", "127.0.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1",
                      "127.0.0.1."}) {
        const auto e = token_endpoint("https://"s + host + ":8443");
        CAF_CHECK_EQUAL(e.host, "127.0.0.1"s);
        CAF_CHECK_EQUAL(e.host_header, "127.0.0.1:8443"s);
    }
    for (auto host : {"256.1", "1.2.3.4.5", "0x7g", "127.0.0.1.example", "cafe", "0x"})
        CAF_CHECK_EQUAL(token_endpoint("https://"s + host).host, host);
}

CAF_TEST(IPv6 addresses may have a zone) {
    for (auto zone : {"%25eth0", "%eth0"}) {
        const auto e = websocket_endpoint("ws://[fe80::1"s + zone + "]:9000/v1", "a1");
        CAF_CHECK_EQUAL(e.host, "fe80::1%eth0"s);
        CAF_CHECK_EQUAL(e.port, "9000"s);
        CAF_CHECK_EQUAL(e.host_header, "[fe80::1]:9000"s);
        CAF_CHECK_EQUAL(e.target, "/v1/websocket?id=a1"s);
    }
    CAF_CHECK_EQUAL(token_endpoint("https://[fe80::1%25]").host, "fe80::1%25"s);
    for (auto url : {"http://[fe80::1%]", "http://[fe80::1%a b]", "http://[fe80::1%25a/b]"})
        CAF_CHECK_NOT_EQUAL(console_problem(url), "fine"s);
}

CAF_TEST(names are taken as people write them) {
    CAF_CHECK_EQUAL(token_endpoint("https://Console.Example.COM.").host, "Console.Example.COM."s);
    CAF_CHECK_EQUAL(token_endpoint("https://xn--bcher-kva.example").host, "xn--bcher-kva.example"s);
    CAF_CHECK_EQUAL(token_endpoint("http://my_service:80").host, "my_service"s);
    for (auto url : {"http://b\xC3\xBC"
                     "cher.example/v1",
                     "http://\xE4\xBE\x8B:80"})
        CAF_CHECK(console_problem(url).find("has a host with characters beyond ASCII; expected its "
                                            "punycode form (xn--...)") != std::string::npos);
}

CAF_TEST(an endpoint can be shown) {
    CAF_CHECK_EQUAL(token_endpoint("https://h:8443/v1/?key=s3cret").url,
                    "https://h:8443/v1/session-tokens"s);
    CAF_CHECK_EQUAL(websocket_endpoint("WSS://h:443", "a1", query_auth{"a", "s3cret"}).url,
                    "wss://h/websocket"s);
}

CAF_TEST(a redirect may be relative) {
    const auto from = token_endpoint("https://h:8443/v1/console?key=s3cret");
    struct row {
        const char *location, *url, *target;
    };
    const row rows[] = {
        {"/x", "https://h:8443/x", "/x"},
        {"x?a=b#c", "https://h:8443/v1/console/x", "/v1/console/x?a=b"},
        {"../x", "https://h:8443/v1/x", "/v1/x"},
        {"//other/x", "https://other/x", "/x"},
        {"HTTP://Other:80", "http://Other", ""},
        {" /a b\xC3\xA9 ", "https://h:8443/a%20b%C3%A9", "/a%20b%C3%A9"},
        {"?a=b", "https://h:8443/v1/console/session-tokens", "/v1/console/session-tokens?a=b"},
    };
    for (const auto& [location, url, target] : rows) {
        const auto to = redirected(from, location);
        CAF_CHECK_EQUAL(to.url, url);
        CAF_CHECK_EQUAL(to.target, target);
    }
    CAF_CHECK_EQUAL(redirected(token_endpoint("http://[fe80::1%eth0]"), "/x").host,
                    "fe80::1%eth0"s);
}

CAF_TEST(an origin is scheme host and port) {
    const auto at = [](const char* url) { return token_endpoint(url); };
    CAF_CHECK(is_same_origin(at("https://h/a"), at("HTTPS://H:443/b")));
    for (auto other : {"http://h", "https://h:444", "https://i", "http://h:443"})
        CAF_CHECK(!is_same_origin(at("https://h"), at(other)));
}

CAF_TEST(the token route of the successor is chosen by the path) {
    for (auto path : {"/v1/auth", "/v1/auth/", "/v1/auth/session-token",
                      "/v1/console/v1/auth/session-token", "/v1/console/v1/auth"})
        CAF_CHECK_EQUAL(token_endpoint("https://h"s + path).target, "/v1/auth/session-token"s);
    CAF_CHECK_EQUAL(token_endpoint("https://h/api/v1/auth?k=1").target,
                    "/api/v1/auth/session-token?k=1"s);
    CAF_CHECK_EQUAL(token_endpoint("https://h/xv1/auth").target, "/xv1/auth/session-tokens"s);
    CAF_CHECK_EQUAL(websocket_endpoint("wss://h/v2/driveningress", "a1").target,
                    "/v2/driveningress/websocket?id=a1"s);
}
