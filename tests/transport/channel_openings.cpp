#include "config/error.hpp"
#include "protocol/endpoint.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#define CAF_SUITE channel_openings

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::phase;
using tests::service_script;
using transport::http_reply;
using transport::http_request;

CAF_TEST_FIXTURE_SCOPE(channel_openings_tests, tests::channel_fixture)

CAF_TEST(a refused token is told with status and reason) {
    service_script script;
    script.token = [](const http_request&) {
        return http_reply{401, "{\"errors\":[{\"status\":\"401\",\"title\":\"Unauthorized\","
                               "\"detail\":\"invalid api key\"}]}"};
    };
    const auto failure = failure_of(std::move(script));
    CAF_CHECK_EQUAL(phase(failure), "session_token");
    CAF_CHECK_EQUAL(failure.http_status, 401u);
    CAF_CHECK_EQUAL(failure.detail, "invalid api key");
}

CAF_TEST(secrets that a service echoes go no further) {
    service_script refusing;
    refusing.token = [](const http_request& request) {
        return http_reply{403, "{\"message\":\"bad key " +
                                   std::string(request.header("X-Api-Key")) + "\"}"};
    };
    auto failure = failure_of(std::move(refusing));
    CAF_CHECK_EQUAL(failure.detail, "bad key ***");
    CAF_CHECK(failure.body.find("key-1") == std::string::npos);

    service_script echoing;
    echoing.refuse_upgrade = [](const http_request& request) -> std::optional<http_reply> {
        return http_reply{400, "{\"message\":\"bad " +
                                   std::string(request.header("X-Session-Key")) + "\"}"};
    };
    failure = failure_of(std::move(echoing));
    CAF_CHECK_EQUAL(failure.detail, "bad ***");
}

CAF_TEST(a token that a service echoes from the query goes no further) {
    service_script script;
    script.token = [](const http_request&) {
        return http_reply{200, protocol::token_response("sess+with/slash=")};
    };
    script.refuse_upgrade = [](const http_request& request) {
        return http_reply{400, "{\"message\":\"cannot take " + request.target + "\"}"};
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.use_query_auth = true;
    open(settings);
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK(failure.detail.find("cannot take") != std::string::npos);
    CAF_CHECK(failure.detail.find("slash") == std::string::npos);
    CAF_CHECK(failure.body.find("slash") == std::string::npos);
}

CAF_TEST(a token answer that is no JSON is a protocol error) {
    service_script script;
    script.token = [](const http_request&) { return http_reply{200, "<html>"}; };
    CAF_CHECK_EQUAL(code(failure_of(std::move(script))), "protocolError");
}

CAF_TEST(a refused upgrade is classified by its status and body) {
    const std::vector<std::tuple<unsigned, std::string, std::string>> table{
        {400, "Invalid session token", "sessionTokenInvalid"},
        {400, "App ID mismatch", "appIDMismatch"},
        {401, "Session token expired", "sessionTokenExpired"},
        {402, "session denied", "billingRequired"},
        {402, "credits exhausted", "creditsExhausted"},
        {404, "Avatar not found: x", "avatarNotFound"},
        {404, "", "appIDUnrecognized"},
        {429, "slow down", "rateLimited"},
        {503, "maintenance", "serverError"},
    };
    for (const auto& [status, text, expected] : table) {
        service_script script;
        script.refuse_upgrade = [&](const http_request&) -> std::optional<http_reply> {
            return http_reply{status, "{\"message\":\"" + text + "\"}\n"};
        };
        const auto failure = failure_of(std::move(script));
        CAF_CHECK_EQUAL(code(failure), expected);
        CAF_CHECK_EQUAL(phase(failure), "websocket_connect");
        CAF_CHECK_EQUAL(failure.http_status, status);
    }
}

CAF_TEST(a handshake answered with an error is told as that error) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        tests::send(peer, protocol::server_error{"", "", 3, "unsupported sample rate: 1"});
    };
    const auto failure = failure_of(std::move(script));
    CAF_CHECK_EQUAL(code(failure), "invalidRequest");
    CAF_CHECK_EQUAL(phase(failure), "websocket_handshake");
}

CAF_TEST(a handshake answered with an error of a request is told as that error) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        tests::send(peer, protocol::server_error{"", "r-1", 4001, "credits exhausted"});
    };
    CAF_CHECK_EQUAL(code(failure_of(std::move(script))), "creditsExhausted");
}

CAF_TEST(a confirmation as text is no confirmation) {
    service_script script;
    script.handshake = [](transport::peer& peer) {
        peer.send_text(std::make_shared<const std::string>(
            protocol::encode(protocol::confirm_session{"connection-1"})));
    };
    const auto failure = failure_of(std::move(script));
    CAF_CHECK_EQUAL(code(failure), "protocolError");
    CAF_CHECK_EQUAL(failure.detail, "text frame instead of a binary one");
}

CAF_TEST(no more sessions open at once than may) {
    std::atomic<int> opening = 0;
    std::atomic<int> most = 0;
    service_script script;
    script.token = [&](const http_request&) {
        most = std::max<int>(most, ++opening); // On the service's one thread.
        return http_reply{200, protocol::token_response("token-1")};
    };
    script.handshake = [&](transport::peer& peer) {
        --opening;
        tests::send(peer, protocol::confirm_session{"connection-1"});
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.max_opening = 3;
    const auto channels = open_twenty(settings);
    CAF_CHECK(most <= 3);
    for (auto& each : channels)
        each->close(close_reason::normal);
    for (int i = 0; i < 20; ++i)
        next<channel_closed>();
}

CAF_TEST(a channel may be closed while it waits for its turn to open) {
    tests::inbox<int> tokens;
    service_script script;
    script.token = [&](const http_request&) {
        tokens.put(1);
        return http_reply{200, protocol::token_response("token-1")};
    };
    script.handshake = [](transport::peer&) {}; // The first never opens.
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.max_opening = 1;
    const auto make = transport::make_avatar_channels(io, settings);
    const auto sink = [this](channel_event event) { events.put(std::move(event)); };
    const auto opening = make(sink);
    opening->open();
    CAF_REQUIRE(tokens.take().has_value());
    const auto waiting = make(sink);
    waiting->open();
    waiting->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
    opening->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
}

CAF_TEST(channels with settings that cannot be used are not made) {
    tests::local_service service;
    auto settings = settings_for(service);
    settings.audio.sample_rate = 1;
    try {
        transport::make_avatar_channels(io, settings);
        CAF_ERROR("made");
    } catch (const config::config_error& e) {
        CAF_CHECK(std::string(e.what()).starts_with("audio.sample-rate=1: expected"));
    }
}

CAF_TEST(a handshake answered with anything else is a protocol error) {
    const std::vector<std::function<void(transport::peer&)>> answers{
        [](transport::peer& p) { p.send_text(std::make_shared<const std::string>("hello")); },
        [](transport::peer& p) { p.send(std::make_shared<const std::string>("\xff\xff\xff")); },
        [](transport::peer& p) { tests::send(p, protocol::confirm_session{""}); },
        [](transport::peer& p) { tests::send_frames(p, "r-1", 1); },
    };
    for (const auto& answer : answers) {
        service_script script;
        script.handshake = answer;
        const auto failure = failure_of(std::move(script));
        CAF_CHECK_EQUAL(code(failure), "protocolError");
        CAF_CHECK_EQUAL(phase(failure), "websocket_handshake");
    }
}

CAF_TEST(a handshake that is not answered ends at the connect timeout) {
    service_script script;
    script.handshake = [](transport::peer&) {};
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.connect_timeout = 2s;
    open(settings);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(code(closed.failure), "connectionFailed");
    CAF_CHECK_EQUAL(closed.failure.detail,
                    "timed out after 2s (waiting for the session's confirmation)");
}

CAF_TEST(a session that opens in the moment of its timeout is open or it has timed out) {
    service_script script;
    script.handshake = [this](transport::peer& peer) {
        boost::asio::post(io.next(), [] { std::this_thread::sleep_for(600ms); });
        tests::send(peer, protocol::confirm_session{"connection-1"});
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.connect_timeout = 500ms; // It passes while the thread does nothing.
    open(settings);
    const auto first = events.take();
    CAF_REQUIRE(first.has_value());
    if (!std::holds_alternative<channel_opened>(*first))
        return;
    channel->check();
    next<channel_alive>();
}

CAF_TEST(a name that does not exist is a failed connection) {
    tests::local_service service;
    auto settings = settings_for(service);
    settings.service.console_endpoint = "http://no-such-host.invalid";
    settings.service.allow_plaintext = true;
    open(settings);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(code(closed.failure), "connectionFailed");
    CAF_CHECK(closed.failure.detail.starts_with("connecting to the console: "));
}

CAF_TEST(channels that would send secrets in plain text to another machine are not made) {
    tests::local_service service;
    for (const auto endpoint : {&config::service_settings::console_endpoint,
                                &config::service_settings::ingress_endpoint}) {
        auto settings = settings_for(service);
        settings.service.*endpoint = "http://localhost.example.com";
        try {
            transport::make_avatar_channels(io, settings);
            CAF_ERROR("made");
        } catch (const protocol::invalid_endpoint& e) {
            CAF_CHECK(std::string(e.what()).ends_with("or --service.allow-plaintext=true"));
        }
        settings.service.allow_plaintext = true;
        transport::make_avatar_channels(io, settings);
    }
}

CAF_TEST(nobody listening is a failed connection) {
    std::optional<tests::local_service> gone(std::in_place);
    const auto settings = settings_for(*gone);
    const auto port = std::to_string(gone->port());
    gone.reset();
    open(settings);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(describe(closed.failure),
                    "connectionFailed: connecting to the console: 127.0.0.1:" + port +
                        ": Connection refused (http://127.0.0.1:" + port +
                        "/v1/console/session-tokens)");
}

CAF_TEST(a connection that is lost while it opens is told with the step that was under way) {
    boost::asio::io_context never_runs;
    using tcp = boost::asio::ip::tcp;
    tcp::acceptor resets(never_runs, {boost::asio::ip::make_address("127.0.0.1"), 0});
    const auto at = "127.0.0.1:" + std::to_string(resets.local_endpoint().port());
    tests::local_service service;
    struct row {
        std::string console, ingress, phase, step;
    };
    const std::vector<row> table{
        {"http://" + at, service.url(""), "session_token", "asking for a session token: "},
        {"https://" + at, service.url(""), "session_token", "TLS handshake: "},
        {service.url(""), "ws://" + at, "websocket_connect", "WebSocket upgrade: "},
        {service.url(""), "wss://" + at, "websocket_connect", "TLS handshake: "},
    };
    for (const auto& [console, ingress, expected, step] : table) {
        auto settings = settings_for(service);
        settings.service.console_endpoint = console;
        settings.service.ingress_endpoint = ingress;
        open(settings);
        auto reached = resets.accept();
        char first = 0; // Of what the step begins with.
        boost::asio::read(reached, boost::asio::buffer(&first, 1));
        reached.set_option(boost::asio::socket_base::linger(true, 0));
        reached.close();
        const auto failure = next<channel_closed>().failure;
        CAF_CHECK_EQUAL(phase(failure), expected);
        CAF_CHECK_EQUAL(failure.detail.substr(0, step.size()), step);
    }
    resets.close();
    auto settings = settings_for(service);
    settings.service.ingress_endpoint = "ws://" + at;
    open(settings);
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(phase(failure), "websocket_connect");
    CAF_CHECK_EQUAL(failure.detail, "connecting to the ingress: " + at + ": Connection refused");
}

CAF_TEST(closing when a name has just been found ends it there) {
    std::atomic<int> asked = 0;
    service_script script;
    script.token = [&](const http_request&) {
        ++asked;
        return http_reply{200, protocol::token_response("token-1")};
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.console_endpoint = "http://localhost:" + std::to_string(service.port());
    std::promise<void> waits;
    std::promise<void> goes_on;
    auto& context = io.next();
    boost::asio::post(context, [&] {
        open(settings);
        // Right behind the opening: before the name is found.
        boost::asio::post(context, [&] {
            waits.set_value();
            goes_on.get_future().wait();
        });
    });
    waits.get_future().wait();
    // What the system answers meanwhile is handled before the close; should it take longer,
    // the close comes first.
    std::this_thread::sleep_for(30ms);
    channel->close(close_reason::normal);
    goes_on.set_value();
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK_EQUAL(asked.load(), 0);
}

CAF_TEST(a connection that is lost before its session is confirmed was opening) {
    service_script script;
    script.handshake = [](transport::peer& peer) { peer.abort(); };
    const auto failure = failure_of(std::move(script));
    CAF_CHECK_EQUAL(phase(failure), "websocket_handshake");
    CAF_CHECK_EQUAL(failure.detail,
                    "waiting for the session's confirmation: Connection reset by peer");
}

CAF_TEST_FIXTURE_SCOPE_END()
