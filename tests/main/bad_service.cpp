#include "tests/main/binary.hpp"
#include "tests/support/certificates.hpp"

#include <csignal>

#define CAF_SUITE bad_service

using namespace avatar;
using namespace avatar::tests;
using transport::http_reply;
using transport::http_request;

namespace {

const arguments small_run{"run", "--pool.size=2", "--rounds.count=1", "--rounds.concurrency=1"};

/// No connection opens: each is told with the reason, all together once more on
/// standard error, and the exit code says so.
void check_no_connection(service_script script, const std::string& reason,
                         const arguments& more = {}) {
    local_service service(std::move(script));
    const auto result = run_binary(joined(small_run, more), pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 3);
    check_contains(result.out, "  Connection 0: FAILED - " + reason);
    check_contains(result.out, "  Connection 1: FAILED - " + reason);
    check_contains(result.out, "Pool initialized with 0/2 connections");
    check_contains(result.err, "avatar-pool: no connection could be opened: 2 \u00d7 " + reason);
    CAF_CHECK(!contains(result.out + result.err, "key-of-the-test"));
}

/// Connections open, the one request fails with the reason.
void check_request_fails(service_script script, const std::string& reason) {
    local_service service(std::move(script));
    const auto result = run_binary(small_run, pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 1);
    check_contains(result.out, "    ERROR: " + reason);
    check_contains(result.out, "Connection pool closed");
}

} // namespace

CAF_TEST(token refused) {
    service_script script;
    script.token = [](const http_request&) {
        return http_reply{403,
                          "{\"errors\":[{\"title\":\"Forbidden\",\"detail\":\"no such key\"}]}"};
    };
    check_no_connection(std::move(script), "invalidRequest (HTTP 403): ");
}

CAF_TEST(upgrade refused with each status) {
    const std::vector<std::tuple<unsigned, std::string, std::string>> table{
        {400, "Invalid session token", "sessionTokenInvalid (HTTP 400): Invalid session token"},
        {401, "Session token expired", "sessionTokenExpired (HTTP 401): Session token expired"},
        {402, "session denied", "billingRequired (HTTP 402): session denied"},
        {404, "Avatar not found: avatar-1",
         "avatarNotFound (HTTP 404): Avatar not found: avatar-1"},
        {429, "slow down", "rateLimited (HTTP 429): slow down"},
        {500, "oops", "serverError (HTTP 500): oops"},
    };
    for (const auto& [status, text, reason] : table) {
        service_script script;
        script.refuse_upgrade = [&](const http_request&) -> std::optional<http_reply> {
            return http_reply{status, "{\"message\":\"" + text + "\"}\n"};
        };
        check_no_connection(std::move(script), reason);
    }
}

CAF_TEST(handshake answered with an error) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        send(peer, protocol::server_error{"", "", 3, "unsupported sample rate: 16000"});
    };
    check_no_connection(std::move(script), "invalidRequest");
}

CAF_TEST(handshake answered with a text frame) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        peer.send_text(std::make_shared<const std::string>("hello"));
    };
    check_no_connection(std::move(script), "protocolError: text frame");
}

CAF_TEST(handshake answered with garbage) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        peer.send(std::make_shared<const std::string>("\xff\xff\xff\xff"));
    };
    check_no_connection(std::move(script), "protocolError: message that is no valid protobuf");
}

CAF_TEST(handshake answered with nothing) {
    service_script script;
    script.handshake = [](transport::peer&) {};
    check_no_connection(std::move(script), "connectionFailed: timed out after 2s",
                        {"--service.connect-timeout=2s"});
}

CAF_TEST(a page of a proxy is told by its title and shown when debugging) {
    service_script script;
    script.token = [](const http_request& request) {
        return http_reply{403, "<html><head><title>Blocked by the firewall</title></head>"
                               "<body>Rule 17 " +
                                   std::string(request.header("X-Api-Key")) + "</body></html>"};
    };
    local_service service(std::move(script));
    const auto result = run_binary(joined(small_run, {"--log.level=debug"}), pointing_at(service));
    const auto url = service.url("");
    check_contains(result.err, "invalidRequest (HTTP 403): Blocked by the firewall (" + url);
    check_contains(result.err, " answered HTTP 403: <html><head><title>Blocked");
    check_contains(result.err, "Rule 17 ***");
}

CAF_TEST(nothing listens) {
    std::optional<local_service> gone(std::in_place);
    const auto variables = pointing_at(*gone);
    gone.reset();
    const auto result = run_binary(small_run, variables);
    CAF_CHECK_EQUAL(result.code, 3);
    check_contains(result.err, "Connection refused");
}

CAF_TEST(certificate not trusted) {
    service_script script;
    script.tls = transport::make_server_tls(server_certificate, server_key);
    check_no_connection(std::move(script),
                        "connectionFailed: TLS handshake: certificate not trusted: ");
}

CAF_TEST(a frame that does not parse) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.send(std::make_shared<const std::string>("\xff\xff"));
    };
    check_request_fails(std::move(script), "protocolError: message that is no valid protobuf");
}

CAF_TEST(the server closes in the middle of a request) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.close(1011, "restarting");
    };
    check_request_fails(std::move(script), "connectionClosed");
}

CAF_TEST(the connection is reset in the middle of a request) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) { peer.abort(); };
    check_request_fails(std::move(script), "connectionClosed");
}

CAF_TEST(a service that falls silent is found by pings) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=100"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    process client(AVATAR_POOL_BINARY, joined(small_run, {"--pool.keepalive=1s"}),
                   exported(service.out()));
    CAF_REQUIRE(client.wait_for_output("[Round 1/1]"));
    service.signal(SIGSTOP);
    CAF_CHECK_EQUAL(client.wait(), 1);
    check_contains(client.out(), "    ERROR: connectionClosed: nothing came within 2s");
}

CAF_TEST(some connections open is enough) {
    auto count = std::make_shared<std::atomic<int>>(0);
    service_script script;
    script.refuse_upgrade = [count](const http_request&) -> std::optional<http_reply> {
        if ((*count)++ == 0)
            return http_reply{503, "{\"message\":\"busy\"}"};
        return std::nullopt;
    };
    local_service service(std::move(script));
    const auto result = run_binary(small_run, pointing_at(service));
    CAF_CHECK_EQUAL(result.code, 0);
    check_contains(result.out, "FAILED - serverError (HTTP 503): busy");
    check_contains(result.out, "Pool initialized with 1/2 connections");
}
