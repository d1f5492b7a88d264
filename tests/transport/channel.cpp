#include "tests/transport/channel_fixture.hpp"

#define CAF_SUITE channel

using namespace avatar;
using tests::code;
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
        CAF_CHECK(end.first_frame_after_last.count() > 0);
        CAF_CHECK(end.first_frame > end.first_frame_after_last);
    }
    channel->close(close_reason::normal);
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

CAF_TEST(connections to one name share its lookup) {
    tests::local_service service;
    auto settings = settings_for(service);
    const auto by_name = "http://localhost:" + std::to_string(service.port());
    settings.service.console_endpoint = by_name;
    settings.service.ingress_endpoint = by_name;
    open_twenty(settings);
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

CAF_TEST_FIXTURE_SCOPE_END()
