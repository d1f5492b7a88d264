#include "protocol/endpoint.hpp"
#include "tests/transport/channel_fixture.hpp"

#define CAF_SUITE channel

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::phase;
using tests::service_script;
using transport::http_reply;
using transport::http_request;

CAF_TEST_FIXTURE_SCOPE(channel_tests, tests::channel_fixture)

CAF_TEST(opens with token and headers and carries requests until it is closed) {
    tests::inbox<http_request> asked;
    tests::inbox<std::uint16_t> closed;
    service_script script;
    script.token = [&](const http_request& request) {
        asked.put(request);
        return http_reply{200, protocol::token_response("token-1")};
    };
    script.refuse_upgrade = [&](const http_request& request) -> std::optional<http_reply> {
        asked.put(request);
        return std::nullopt;
    };
    script.closed = [&](std::uint16_t close_code) { closed.put(close_code); };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    CAF_CHECK_EQUAL(next<channel_opened>().connection_id, "connection-1");

    const auto token = asked.take();
    CAF_CHECK_EQUAL(token->method, "POST");
    CAF_CHECK_EQUAL(token->target, "/v1/console/session-tokens");
    CAF_CHECK_EQUAL(std::string(token->header("X-Api-Key")), "key-1");
    CAF_CHECK(token->body.starts_with("{\"expireAt\":"));
    const auto upgrade = asked.take();
    CAF_CHECK_EQUAL(upgrade->target, "/v1/ingress/websocket?id=avatar%201");
    CAF_CHECK_EQUAL(std::string(upgrade->header("X-App-ID")), "app-1");
    CAF_CHECK_EQUAL(std::string(upgrade->header("X-Session-Key")), "token-1");

    for (std::string id : {"r-1", "r-2"}) {
        channel->send(id, audio_clip(std::string(700'000, 'a')));
        const auto end = next<exchange_finished>();
        CAF_CHECK_EQUAL(end.request_id, id);
        CAF_CHECK(!end.failure);
        CAF_CHECK_EQUAL(end.frames, 3u);
        CAF_CHECK(end.first_frame.count() > 0);
    }
    channel->close(leave::normally);
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK_EQUAL(closed.take().value_or(0), 1000u);
}

CAF_TEST(query style puts the credentials into the query) {
    tests::inbox<http_request> asked;
    service_script script;
    script.refuse_upgrade = [&](const http_request& request) -> std::optional<http_reply> {
        asked.put(request);
        return std::nullopt;
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.use_query_auth = true;
    open(settings);
    next<channel_opened>();
    const auto upgrade = asked.take();
    CAF_CHECK(upgrade->target.find("appId=app-1") != std::string::npos);
    CAF_CHECK(upgrade->target.find("sessionKey=token-1") != std::string::npos);
    CAF_CHECK_EQUAL(std::string(upgrade->header("X-Session-Key")), "");
}

CAF_TEST(reaches the service by IPv6 too) {
    service_script script;
    script.address = "::1";
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
}

CAF_TEST(late frames are counted and never reach the next request) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        tests::send_frames(peer, "long-gone", 2);
        tests::send_frames(peer, audio.req_id, 5);
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(end.frames, 5u);
    CAF_CHECK_EQUAL(end.late_frames, 2u);
}

CAF_TEST(an error that names the request ends that request alone) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        if (audio.req_id == "r-1")
            tests::send(peer, protocol::server_error{"connection-1", audio.req_id, 3, "bad audio"});
        else
            tests::send_frames(peer, audio.req_id, 1);
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    const auto refused = next<exchange_finished>();
    CAF_CHECK_EQUAL(code(refused.failure), "invalidRequest");
    CAF_CHECK_EQUAL(phase(refused.failure), "websocket_runtime");
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST(an error that names no request ends the session) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        tests::send(peer, protocol::server_error{"connection-1", "", 4001, "credits exhausted"});
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(code(closed.failure), "creditsExhausted");
    CAF_CHECK_EQUAL(closed.failure.connection_id, "connection-1");
}

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

CAF_TEST(a refused upgrade is judged by its status and body) {
    const std::vector<std::tuple<unsigned, std::string, std::string>> table{
        {400, "Invalid session token", "sessionTokenInvalid"},
        {400, "App ID mismatch", "appIDMismatch"},
        {401, "Session token expired", "sessionTokenExpired"},
        {402, "session denied", "billingRequired"},
        {402, "credits exhausted", "creditsExhausted"},
        {404, "Avatar not found: x", "avatarNotFound"},
        {404, "", "appIDUnrecognized"},
        {429, "slow down", "invalidRequest"},
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
    CAF_CHECK_EQUAL(describe(closed.failure), "connectionFailed: timed out after 2s "
                                              "(waiting for the session's confirmation)");
}

CAF_TEST(a server that closes in the middle of a request ends it with code and reason) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.close(1011, "restarting");
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(code(closed.failure), "connectionClosed");
    CAF_CHECK_EQUAL(closed.failure.close_code, 1011u);
    CAF_CHECK_EQUAL(closed.failure.close_reason, "restarting");
}

CAF_TEST(a connection that is reset is lost) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) { peer.abort(); };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "connectionClosed");
}

CAF_TEST(a frame that does not parse is a protocol error) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.send(std::make_shared<const std::string>("\x08"));
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "protocolError");
}

CAF_TEST(a message over the size limit ends the session) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        peer.send(std::make_shared<const std::string>(std::string(5000, 'x')));
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.max_message_size = 1024;
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "protocolError: message larger than 1024 bytes (service.max-message-size)");
}

CAF_TEST(closing while it connects ends it without a failure) {
    service_script script;
    script.handshake = [](transport::peer&) {};
    tests::local_service service(std::move(script));
    open(settings_for(service));
    channel->close(leave::normally);
    CAF_CHECK(!next<channel_closed>().failure);
}

CAF_TEST(connections to one name share its lookup) {
    tests::local_service service;
    auto settings = settings_for(service);
    const auto by_name = "http://localhost:" + std::to_string(service.port());
    settings.service.console_endpoint = by_name;
    settings.service.ingress_endpoint = by_name;
    const auto make = transport::make_avatar_channels(io, settings);
    std::vector<std::unique_ptr<transport::channel>> channels;
    for (int i = 0; i < 20; ++i) {
        channels.push_back(make([this](channel_event event) { events.put(std::move(event)); }));
        channels.back()->open();
    }
    for (int i = 0; i < 20; ++i)
        next<channel_opened>();
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
    gone.reset();
    open(settings);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(describe(closed.failure),
                    "connectionFailed: connecting to the console: Connection refused");
}

CAF_TEST(closing says whether the program stops before its work is done) {
    for (auto why : {leave::normally, leave::going_away}) {
        tests::inbox<std::uint16_t> closed;
        tests::service_script script;
        script.closed = [&](std::uint16_t code) { closed.put(code); };
        tests::local_service service(script);
        open(settings_for(service));
        next<channel_opened>();
        channel->close(why);
        CAF_CHECK_EQUAL(closed.take().value_or(0), static_cast<std::uint16_t>(why));
        next<channel_closed>();
    }
}

CAF_TEST(a check is answered by a service that works) {
    tests::local_service service;
    open(settings_for(service));
    next<channel_opened>();
    for (int i = 0; i < 2; ++i) {
        channel->check();
        next<channel_alive>();
    }
}

CAF_TEST(a service that falls silent is found by pings whether a request runs or not ) {
    for (bool with_request : {false, true}) {
        tests::service_script script;
        script.handshake = [&](transport::peer& peer) {
            tests::send(peer, protocol::confirm_session{"connection-1"});
            if (!with_request)
                peer.go_silent();
        };
        script.request = [](transport::peer& peer, const protocol::message&) { peer.go_silent(); };
        tests::local_service service(script);
        auto settings = settings_for(service);
        settings.keepalive = std::chrono::milliseconds(100);
        open(settings);
        next<channel_opened>();
        if (with_request)
            channel->send("r-1", audio_clip("speech"));
        const auto closed = next<channel_closed>();
        CAF_CHECK_EQUAL(tests::code(closed.failure), "connectionClosed");
        CAF_CHECK(closed.failure.detail.find("200ms") != std::string::npos);
        CAF_CHECK(closed.request_accepted); // Its machine took the audio.
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
