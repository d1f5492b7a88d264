#include "tests/main/binary.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <csignal>

#define CAF_SUITE emulator

using namespace avatar;
using namespace avatar::tests;

CAF_TEST(the printed variables point a run at it) {
    process service(AVATAR_POOL_BINARY,
                    {"emulator", "--emulator.first-frame=0", "--emulator.frame-interval=0ms"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    CAF_REQUIRE(service.wait_for_output("\n"));
    auto variables = exported(service.out());
    CAF_CHECK_EQUAL(variables.size(), 5u);
    for (auto query_auth : {"false", "true"}) {
        variables["AVATAR_USE_QUERY_AUTH"] = query_auth;
        const auto result = run_binary({"run", "--pool.size=2", "--rounds.count=1"}, variables);
        CAF_CHECK_EQUAL(result.code, 0);
        check_contains(result.out, "  Completed: 5 OK, 0 FAILED in ");
    }

    variables["AVATAR_SESSION_AVATAR_ID"] = "nobody";
    const auto unknown = run_binary({"run", "--pool.size=1"}, variables);
    CAF_CHECK_EQUAL(unknown.code, 3);
    check_contains(unknown.err, "avatarNotFound (HTTP 404): Avatar not found: nobody");

    service.signal(SIGTERM);
    CAF_CHECK_EQUAL(service.wait(), 0);
}

CAF_TEST(what it knows can be set and is printed) {
    process service(AVATAR_POOL_BINARY,
                    {"emulator", "--emulator.accounts=k1:a1,k2:a2", "--emulator.avatars=ada,bob"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    auto variables = exported(service.out());
    CAF_CHECK_EQUAL(variables["AVATAR_API_KEY"], "k1");
    CAF_CHECK_EQUAL(variables["AVATAR_APP_ID"], "a1");
    CAF_CHECK_EQUAL(variables["AVATAR_SESSION_AVATAR_ID"], "ada");
    variables["AVATAR_API_KEY"] = "k2";
    variables["AVATAR_APP_ID"] = "a2";
    variables["AVATAR_SESSION_AVATAR_ID"] = "bob";
    const auto result = run_binary(
        {"run", "--pool.size=1", "--rounds.count=1", "--rounds.concurrency=1"}, variables);
    CAF_CHECK_EQUAL(result.code, 0);
    service.signal(SIGTERM);
    CAF_CHECK_EQUAL(service.wait(), 0);
    check_contains(service.err(), "API keys it knows: k1 (app a1), k2 (app a2)\n"
                                  "Avatars it knows: ada, bob\n");
}

CAF_TEST(a pool beyond the limit of sessions is told so) {
    process run(AVATAR_POOL_BINARY,
                quick_run({"--emulator.max-sessions=2", "--pool.size=3", "--rounds.count=1"}));
    CAF_CHECK(run.wait_for_output(
        "FAILED - concurrencyLimit (server code 4003): concurrent session limit reached"));
    run.wait();
}

CAF_TEST(a web page of another origin may ask for a token) {
    process service(AVATAR_POOL_BINARY, {"emulator"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    const auto console = exported(service.out())["AVATAR_CONSOLE_ENDPOINT"];
    const auto port = console.substr(console.rfind(':') + 1);
    namespace http = boost::beast::http;
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    const auto port_number = static_cast<std::uint16_t>(std::stoul(port));
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_number});
    const auto answer = [&](http::verb method, const std::string& path) {
        http::request<http::string_body> request(method, path, 11);
        request.set("Host", "localhost");
        request.set("Origin", "https://app.example");
        request.prepare_payload();
        http::write(socket, request);
        boost::beast::flat_buffer buffer;
        http::response<http::string_body> response;
        http::read(socket, buffer, response);
        CAF_CHECK_EQUAL(response["Access-Control-Allow-Origin"], "*");
        return response;
    };
    for (const auto* path : {"/v1/console/session-tokens", "/v1/auth/session-token"}) {
        const auto preflight = answer(http::verb::options, path);
        CAF_CHECK_EQUAL(preflight.result_int(), 204u);
        CAF_CHECK(!preflight.has_content_length());
        CAF_CHECK_EQUAL(preflight["Access-Control-Allow-Headers"],
                        "X-Api-Key, Content-Type, X-App-ID, X-Session-Key");
        check_contains(std::string(preflight["Access-Control-Allow-Methods"]), "POST");
        CAF_CHECK_EQUAL(answer(http::verb::post, path).result_int(), 401u);
    }
    CAF_CHECK_EQUAL(answer(http::verb::options, "/elsewhere").result_int(), 404u);
    service.signal(SIGTERM);
    CAF_CHECK_EQUAL(service.wait(), 0);
}

// In these two nothing ends the request but the signal: a frame of it would be due in
// half an hour, however late the signal comes.

CAF_TEST(a signal closes open sessions and ends it) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=1000"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    CAF_REQUIRE(service.wait_for_output("\n"));
    auto variables = exported(service.out());
    transport::channel_settings settings;
    settings.service.api_key = variables["AVATAR_API_KEY"];
    settings.service.app_id = variables["AVATAR_APP_ID"];
    settings.service.avatar_id = variables["AVATAR_SESSION_AVATAR_ID"];
    settings.service.console_endpoint = variables["AVATAR_CONSOLE_ENDPOINT"];
    settings.service.ingress_endpoint = variables["AVATAR_INGRESS_ENDPOINT"];
    settings.session_ttl = std::chrono::minutes(10);
    settings.keepalive = std::chrono::minutes(10);
    channel_fixture idle, busy;
    for (auto* session : {&idle, &busy}) {
        session->open(settings);
        session->next<channel_opened>();
    }
    busy.channel->send("r-1", audio_clip(std::string(64'000, 'a'))); // Two seconds.
    service.signal(SIGINT);
    for (auto* session : {&idle, &busy}) {
        const auto closed = session->next<channel_closed>();
        CAF_CHECK_EQUAL(code(closed.failure), "connectionClosed");
        CAF_CHECK_EQUAL(closed.failure.close_code, 1001u);
    }
    CAF_CHECK_EQUAL(service.wait(), 0);
}

CAF_TEST(a run whose service is ended fails) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=1000"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    CAF_REQUIRE(service.wait_for_output("\n"));
    process client(AVATAR_POOL_BINARY,
                   {"run", "--pool.size=2", "--rounds.count=1", "--rounds.concurrency=1",
                    "--pool.request-timeout=60s"},
                   exported(service.out()));
    CAF_REQUIRE(client.wait_for_output("[Round 1/1]"));
    service.signal(SIGINT);
    CAF_CHECK_EQUAL(service.wait(), 0);
    // Whether the request was sent before or after the sessions were closed.
    CAF_CHECK_EQUAL(client.wait(), 1);
    check_contains(client.out(), "0 OK, 1 FAILED");
}
