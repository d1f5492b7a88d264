#include "config/version.hpp"
#include "protocol/console.hpp"
#include "tests/support/certificates.hpp"
#include "tests/transport/channel_fixture.hpp"
#include "tests/transport/raw_http.hpp"
#include "transport/http_answer.hpp"
#include "transport/token_request.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <openssl/evp.h>

#include <array>
#include <string>
#include <vector>

#define CAF_SUITE channel_http

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::raw_http_peer;
using tests::raw_http_server;

namespace {

/// RFC 6455, section 4.2.2: what answers the key of an upgrade request.
std::string accept_of(const std::string& request) {
    const std::string field = "Sec-WebSocket-Key: ";
    const auto at = request.find(field) + field.size();
    const auto text =
        request.substr(at, request.find('\r', at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 64> encoded{};
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return reinterpret_cast<const char*>(encoded.data());
}

/// One binary frame, as a server sends it, of less than 126 bytes.
std::string frame_of(const std::string& message) {
    return "\x82" + std::string(1, static_cast<char>(message.size())) + message;
}

std::string confirmation() {
    return frame_of(protocol::encode(protocol::confirm_session{"connection-1"}));
}

std::string with_length(const std::string& head, const std::string& body) {
    return head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const auto token = protocol::token_response("token-1");
const auto granted = with_length("HTTP/1.1 200 OK", token);

/// A console and an ingress that answer whatever the test says.
struct channel_http_fixture : tests::channel_fixture {
    void open_at(const raw_http_server& console, const raw_http_server& ingress) {
        transport::channel_settings settings = settings_for(tests::local_service());
        settings.service.console_endpoint = console.url("/v1/console");
        settings.service.ingress_endpoint = ingress.url("/v1/ingress?secret=s3cret");
        settings.service.ca_file = tests::ca_file;
        settings.service.connect_timeout = limit;
        open(settings);
    }

    std::chrono::milliseconds limit = 20s;

    /// The channel opens when the ingress has that head for the upgrade.
    void check_opens(raw_http_server& ingress, const std::string& before,
                     const std::string& line_end = "\r\n", const std::string& fields = {}) {
        auto peer = ingress.accept();
        const auto request = peer.request();
        peer.send(before + "HTTP/1.1 101" + line_end + "upgrade: WebSocket" + line_end +
                  "Connection:keep-alive, Upgrade" + line_end + fields +
                  "Sec-WebSocket-Accept:   " + accept_of(request) + line_end + line_end +
                  confirmation());
        CAF_CHECK_EQUAL(next<channel_opened>().connection_id, "connection-1");
        peer.end();
        next<channel_closed>();
    }

    /// How the channel ends where the console, or the ingress, answers so.
    protocol::failure refused_by_console(const std::string& answer, bool tls = false) {
        raw_http_server console(tls), ingress;
        open_at(console, ingress);
        console.answer(answer);
        return next<channel_closed>().failure;
    }

    protocol::failure refused_by_ingress(const std::string& answer, bool tls = false) {
        raw_http_server console, ingress(tls);
        open_at(console, ingress);
        console.answer(granted);
        ingress.answer(answer);
        return next<channel_closed>().failure;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_http_tests, channel_http_fixture)

CAF_TEST(both requests say who asks) {
    raw_http_server console, ingress;
    open_at(console, ingress);
    const auto agent = "\r\nUser-Agent: avatar-pool/" + std::string(config::version()) + "\r\n";
    CAF_CHECK(console.answer(granted).find(agent) != std::string::npos);
    CAF_CHECK(ingress.answer("HTTP/1.1 403 Forbidden\r\n\r\n").find(agent) != std::string::npos);
    next<channel_closed>();
}

CAF_TEST(interim answers are passed over) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n"
                                "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
                                "HTTP/1.1 102\r\n\r\n";
    for (const bool tls : {false, true}) {
        raw_http_server console(tls), ingress(tls);
        open_at(console, ingress);
        console.answer(interim + granted);
        check_opens(ingress, interim);
    }
}

CAF_TEST(interim answers without an end are no answer) {
    std::string endless;
    while (endless.size() <= transport::http_answer_reader::head_limit)
        endless += "HTTP/1.1 100 Continue\r\n\r\n";
    const auto failure = refused_by_console(endless);
    CAF_CHECK_EQUAL(code(failure), "protocolError");
    CAF_CHECK(failure.detail.find("header is larger than") != std::string::npos);
}

CAF_TEST(answers are taken in the forms of the field) {
    const std::string answers[] = {
        granted,
        with_length("HTTP/1.1 200", token),
        with_length("HTTP/1.0 200 OK", token),
        "HTTP/1.1 200 OK\nContent-Length: " + std::to_string(token.size()) + "\n\n" + token,
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + token,
        "HTTP/1.0 200 OK\r\n\r\n" + token,
        with_length("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(token.size()), token),
        with_length("HTTP/1.1 200 OK\r\nno field\r\nX-Long: a\r\n  b\r\nX y: z", token),
        with_length("HTTP/1.1 200 OK\r\nSet-Cookie: " + std::string(40'000, 'c'), token),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n1;x=y\r\n{\r\n"
        "18\r\n\"sessionToken\":\"token-1\"\r\n1\r\n}\r\n0\r\nX-Trailer: 1\r\n\r\n",
    };
    for (const auto& answer : answers) {
        tests::local_service service;
        raw_http_server console;
        auto settings = settings_for(service);
        settings.service.console_endpoint = console.url();
        open(settings);
        console.answer(answer);
        next<channel_opened>();
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(an upgrade is taken in the forms of the field) {
    raw_http_server console, ingress;
    open_at(console, ingress);
    console.answer(granted);
    check_opens(ingress, {}, "\n");
    open_at(console, ingress);
    console.answer(granted);
    check_opens(ingress, {}, "\r\n", "Set-Cookie: " + std::string(40'000, 'c') + "\r\n");
}

CAF_TEST(an upgrade that is not for this request is refused) {
    raw_http_server console, ingress;
    open_at(console, ingress);
    console.answer(granted);
    ingress.answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"
                   "\r\n");
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "protocolError");
}

CAF_TEST(a page of any size and any end is a refusal) {
    const std::string page = "<!DOCTYPE html><html><head><style>p { color: red }</style>\n<TITLE>"
                             "\n  502 Bad\n Gateway &amp; more</TITLE></head><body><p>No.";
    const std::string large = page + std::string(3'000'000, ' ');
    const std::string answers[] = {
        with_length("HTTP/1.1 502 Bad Gateway", page),
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5000\r\n\r\n" + page,
        "HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n7FFF\r\n" + page,
        "HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\nwrong\r\n" +
            page,
        "HTTP/1.1 502 Bad Gateway\r\n\r\n" + page,
        "HTTP/1.0 502 Bad Gateway\r\nContent-Length: nonsense\r\n\r\n" + page,
        with_length("HTTP/1.1 502 Bad Gateway", large),
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99999999999999999999\r\n\r\n" + page,
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 999999999999999999\r\n\r\n" + page,
    };
    for (const auto& answer : answers)
        for (const bool tls : {false, true})
            for (const auto refused : {&channel_http_fixture::refused_by_console,
                                       &channel_http_fixture::refused_by_ingress}) {
                const auto failure = (this->*refused)(answer, tls);
                CAF_CHECK_EQUAL(code(failure), "serverError");
                CAF_CHECK_EQUAL(failure.http_status, 502u);
                if (answer.find("wrong") == std::string::npos)
                    CAF_CHECK_EQUAL(failure.title, "502 Bad Gateway & more");
                CAF_CHECK(failure.body.size() <= 1000);
            }
}

CAF_TEST(a page that stops without an end is a refusal when the time is over) {
    limit = 1s;
    const std::string answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5000\r\n\r\n"
                               "Under maintenance\nuntil noon";
    raw_http_server console, ingress;
    open_at(console, ingress);
    auto asked = console.accept();
    asked.request();
    asked.send(answer);
    auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(describe(failure), "serverError (HTTP 503): Under maintenance (" +
                                           console.url("/v1/console/session-tokens)"));

    open_at(console, ingress);
    console.answer(granted);
    auto upgraded = ingress.accept();
    upgraded.request();
    upgraded.send(answer);
    failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(describe(failure), "serverError (HTTP 503): Under maintenance (" +
                                           ingress.url("/v1/ingress/websocket)"));
}

CAF_TEST(a token answer that is cut short is told as that) {
    for (const bool tls : {false, true}) {
        const auto failure =
            refused_by_console("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"sess", tls);
        CAF_CHECK_EQUAL(code(failure), "protocolError");
        CAF_CHECK_EQUAL(failure.detail,
                        "asking for a session token: the connection ended within the answer");
    }
}

CAF_TEST(a token answer that is too large is told as that) {
    raw_http_server console, ingress;
    open_at(console, ingress);
    auto peer = console.accept();
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(code(failure), "protocolError");
    CAF_CHECK_EQUAL(failure.detail,
                    "asking for a session token: the answer is larger than 1048576 bytes");
}

CAF_TEST(every refusal names URL status and reason) {
    struct row {
        std::string answer, described;
    };
    const row rows[] = {
        {with_length("HTTP/1.1 400 Bad Request", "<html><body><h1>Bad Request</h1>x</body>"),
         "(HTTP 400): Bad Request"},
        {with_length("HTTP/1.1 403 Forbidden", ""), "invalidRequest (HTTP 403): Forbidden"},
        {with_length("HTTP/1.1 403 Forbidden",
                     R"({"error":{"code":403,"message":"No user agent"}})"),
         "invalidRequest (HTTP 403): No user agent"},
        {with_length("HTTP/1.1 418 I am a teapot", "short\r\nand stout"),
         "invalidRequest (HTTP 418): short"},
        {with_length("HTTP/1.1 500 Oh", "<?xml version=\"1.0\"?><Error><Code>Denied</Code>"
                                        "<Message>No  more</Message></Error>"),
         "serverError (HTTP 500): Denied No more"},
        {with_length("HTTP/1.1 401 Unauthorized", "<html><title>401 Unauthorized</title>"),
         "sessionTokenExpired (HTTP 401): 401 Unauthorized"},
        {with_length("HTTP/1.1 300 Multiple Choices\r\nLocation: https://u:p@h/x?key=s3cret", ""),
         "(HTTP 300): Multiple Choices: redirects to a URL with user info"},
    };
    for (const auto& [answer, described] : rows) {
        auto failure = refused_by_console(answer);
        CAF_CHECK(describe(failure).find(described) != std::string::npos);
        CAF_CHECK(failure.url.starts_with("http://127.0.0.1:"));
        CAF_CHECK(failure.url.ends_with("/v1/console/session-tokens"));
        failure = refused_by_ingress(answer);
        CAF_CHECK(describe(failure).find(described) != std::string::npos);
        CAF_CHECK(failure.url.ends_with("/v1/ingress/websocket"));
        CAF_CHECK(describe(failure).find("s3cret") == std::string::npos);
    }
    const auto failure = refused_by_ingress(
        "HTTP/1.1 302 Found\r\nLocation: /login?token=s3cret\r\nContent-Length: 0\r\n\r\n");
    CAF_CHECK(describe(failure).find("(HTTP 302): Found: redirects to /login (http://") !=
              std::string::npos);
}

CAF_TEST(TLS to a port without it is told as that) {
    raw_http_server plain;
    auto settings = settings_for(tests::local_service());
    settings.service.console_endpoint = "https://127.0.0.1:" + std::to_string(plain.port());
    open(settings);
    auto peer = plain.accept();
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(code(failure), "connectionFailed");
    CAF_CHECK(failure.detail.ends_with("the port does not speak TLS, the URL does; expected "
                                       "http:// in service.console-endpoint"));

    open(settings);
    plain.accept().end();
    failure = next<channel_closed>().failure;
    CAF_CHECK(failure.detail.ends_with("if the port does not speak TLS: expected http:// in "
                                       "service.console-endpoint"));

    tests::local_service service;
    settings = settings_for(service);
    settings.service.ingress_endpoint = "wss://127.0.0.1:" + std::to_string(plain.port());
    open(settings);
    auto upgraded = plain.accept();
    upgraded.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    failure = next<channel_closed>().failure;
    CAF_CHECK(failure.detail.ends_with("expected ws:// or http:// in service.ingress-endpoint"));
    CAF_CHECK(failure.url.starts_with("wss://127.0.0.1:"));
}

CAF_TEST(plain HTTP to a port with TLS is told as that) {
    const std::string tls = "expected https:// in service.console-endpoint";
    // As nginx says it, as Go does, as TLS does (an alert), and without a word.
    CAF_CHECK(refused_by_console(
                  with_length("HTTP/1.1 400 Bad Request",
                              "<html><head><title>400 The plain HTTP request was sent to HTTPS "
                              "port</title></head></html>"))
                  .detail.ends_with(tls));
    CAF_CHECK(refused_by_console("HTTP/1.0 400 Bad Request\r\n\r\n"
                                 "Client sent an HTTP request to an HTTPS server.\n")
                  .detail.ends_with(tls));
    auto failure = refused_by_console(std::string("\x15\x03\x01\x00\x02\x02\x46", 7));
    CAF_CHECK_EQUAL(failure.detail, "asking for a session token: the port speaks TLS, the URL "
                                    "does not; " +
                                        tls);
    failure = refused_by_console("");
    CAF_CHECK_EQUAL(code(failure), "connectionFailed");
    CAF_CHECK(failure.detail.ends_with("without an answer; if the port speaks TLS: " + tls));
    failure = refused_by_ingress(std::string("\x15\x03\x01\x00\x02\x02\x46", 7));
    CAF_CHECK_EQUAL(failure.detail,
                    "WebSocket upgrade: the port speaks TLS, the URL does not; expected wss:// or "
                    "https:// in service.ingress-endpoint");
    CAF_CHECK(refused_by_ingress("").detail.find("without an answer; if the port speaks TLS") !=
              std::string::npos);
}

CAF_TEST(a port that speaks something else is told by what it says) {
    for (const auto refused :
         {&channel_http_fixture::refused_by_console, &channel_http_fixture::refused_by_ingress}) {
        const auto failure = (this->*refused)("SSH-2.0-OpenSSH_9.2\r\n", false);
        CAF_CHECK_EQUAL(code(failure), "protocolError");
        CAF_CHECK(failure.detail.find("the answer is not HTTP: it begins \"SSH-2.0-OpenSSH_9.2") !=
                  std::string::npos);
    }
}

CAF_TEST(a refusal carries how long the service asks to wait) {
    struct row {
        std::string head;
        std::chrono::seconds expected;
    };
    const row rows[] = {
        {"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7", 7s},
        {"HTTP/1.1 503 Service Unavailable\r\nretry-after:  120 ", 120s},
        {"HTTP/1.1 503 Oh\r\nDate: Tue, 01 Dec 2026 12:00:00 GMT\r\n"
         "Retry-After: Tue, 01 Dec 2026 12:01:30 GMT",
         90s},
        {"HTTP/1.1 429 Oh\r\nRetry-After: 99999999999999", 3600s},
        {"HTTP/1.1 429 Oh\r\nRetry-After: soon", 0s},
        {"HTTP/1.1 429 Oh", 0s},
        {"HTTP/1.1 500 Oh\r\nRetry-After: 7", 0s},
    };
    for (const auto& [head, expected] : rows) {
        CAF_CHECK(refused_by_console(with_length(head, "")).retry_after == expected);
        CAF_CHECK(refused_by_ingress(with_length(head, "")).retry_after == expected);
    }
}

CAF_TEST(a redirect of the token request is followed as HTTP libraries do) {
    struct row {
        std::string status, method;
    };
    const row rows[] = {
        {"301", "GET"}, {"302", "GET"}, {"303", "GET"}, {"307", "POST"}, {"308", "POST"}};
    for (const auto& [status, method] : rows) {
        tests::local_service service;
        raw_http_server console;
        auto settings = settings_for(service);
        settings.service.console_endpoint = console.url("/v1/console");
        open(settings);
        console.answer("HTTP/1.1 " + status +
                       " Moved\r\nLocation: ../v2/tokens?a=b c#there\r\n"
                       "Content-Length: 0\r\n\r\n");
        const auto request = console.answer(granted);
        CAF_CHECK_EQUAL(request.substr(0, request.find(' ')), method);
        CAF_CHECK(request.find(" /v1/v2/tokens?a=b%20c HTTP/1.1\r\n") != std::string::npos);
        CAF_CHECK(request.find("X-Api-Key: key-1\r\n") != std::string::npos);
        CAF_CHECK_EQUAL(request.find("expireAt") != std::string::npos, method == "POST");
        CAF_CHECK_EQUAL(request.find("Content-Type") != std::string::npos, method == "POST");
        next<channel_opened>();
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(a redirect is followed on a connection that is kept) {
    tests::local_service service;
    raw_http_server console(true);
    auto settings = settings_for(service);
    settings.service.console_endpoint = console.url();
    settings.service.ca_file = tests::ca_file;
    open(settings);
    auto peer = console.accept();
    peer.request();
    peer.send("HTTP/1.1 308 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
    CAF_CHECK(peer.request().starts_with("POST /x HTTP/1.1\r\n"));
    peer.send(granted);
    next<channel_opened>();
}

CAF_TEST(where no GET is taken the POST is repeated) {
    for (const std::string refusal : {"404 Not Found", "405 Method Not Allowed"}) {
        tests::local_service service;
        raw_http_server console;
        auto settings = settings_for(service);
        settings.service.console_endpoint = console.url();
        open(settings);
        console.answer("HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
        CAF_CHECK(console.answer(with_length("HTTP/1.1 " + refusal, "")).starts_with("GET /x "));
        const auto request = console.answer(granted);
        CAF_CHECK(request.starts_with("POST /x "));
        CAF_CHECK(request.find("expireAt") != std::string::npos);
        next<channel_opened>();
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(the API key goes to no other origin) {
    raw_http_server console, other, ingress;
    open_at(console, ingress);
    console.answer("HTTP/1.1 307 Moved\r\nLocation: " + other.url("/x") +
                   "\r\nContent-Length: 0\r\n\r\n");
    auto request = other.answer("HTTP/1.1 307 Back\r\nLocation: " + console.url("/y") +
                                "\r\nContent-Length: 0\r\n\r\n");
    CAF_CHECK(request.starts_with("POST /x "));
    CAF_CHECK(request.find("key-1") == std::string::npos);
    request = console.answer(with_length("HTTP/1.1 401 Unauthorized", ""));
    CAF_CHECK(request.find("key-1") == std::string::npos);
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(failure.url, console.url("/y"));
    CAF_CHECK(failure.detail.find("after a redirect from " +
                                  console.url("/v1/console/session-tokens")) != std::string::npos);
    CAF_CHECK(failure.detail.find("expected service.console-endpoint to name") !=
              std::string::npos);
}

CAF_TEST(a redirect to https is followed without the key where certificates are loaded) {
    raw_http_server console, ingress, other(true);
    open_at(console, ingress);
    const auto redirect =
        "HTTP/1.1 308 Moved\r\nLocation: " + other.url("/x") + "\r\nContent-Length: 0\r\n\r\n";
    console.answer(redirect);
    CAF_CHECK(other.answer(with_length("HTTP/1.1 401 Oh", "")).find("key-1") == std::string::npos);
    next<channel_closed>();

    tests::local_service service;
    auto settings = settings_for(service);
    settings.service.console_endpoint = console.url();
    open(settings);
    console.answer(redirect);
    CAF_CHECK(next<channel_closed>().failure.detail.find("no certificates are loaded") !=
              std::string::npos);
}

CAF_TEST(redirects that are not followed say why) {
    struct row {
        std::string location, why;
    };
    const row rows[] = {
        {"http://127.0.0.1:1/x", "from https to http: not followed"},
        {"ftp://127.0.0.1/x", "which cannot be followed: \"ftp://127.0.0.1/x\" has scheme"},
        {"https://u:s3cret@127.0.0.1/x", "carries a user name or password"},
        {"https://h:0/x", "has port 0"},
        {"https://[", "is not a valid URL"},
    };
    for (const auto& [location, why] : rows) {
        const auto failure = refused_by_console(
            "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n", true);
        CAF_CHECK_EQUAL(failure.http_status, 302u);
        CAF_CHECK(failure.detail.find(why) != std::string::npos);
        CAF_CHECK(describe(failure).find("s3cret") == std::string::npos);
    }
    auto failure = refused_by_console("HTTP/1.1 302 Found\r\nLocation: http://other.example/x\r\n"
                                      "Content-Length: 0\r\n\r\n");
    CAF_CHECK(failure.detail.find("another machine, unencrypted: not followed") !=
              std::string::npos);
    failure = refused_by_console("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    CAF_CHECK(describe(failure).find("(HTTP 302): Found (http://") != std::string::npos);
}

CAF_TEST(redirects in a circle end) {
    raw_http_server console, ingress;
    open_at(console, ingress);
    auto peer = console.accept();
    for (std::size_t i = 0; i <= transport::token_request::most_redirects; ++i) {
        peer.request();
        peer.send("HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
    }
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK(failure.detail.find("the last of 11 redirects") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
