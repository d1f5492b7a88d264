#include "protocol/endpoint.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <nlohmann/json.hpp>

#define CAF_SUITE channel_secrets

using namespace avatar;
using tests::service_script;
using transport::http_reply;
using transport::http_request;

namespace {

/// Each with characters that are written otherwise in a query and in JSON.
struct secrets {
    std::string api_key = "api+key/1=\"x\\";
    std::string session_token = "session+token/2=\"x\\";
    std::string livekit_token = "livekit+token/3=\"x\\";
    std::string livekit_key = "livekit+key/4=\"x\\";
    std::string livekit_secret = "livekit+secret/5=\"x\\";
    std::string agora_token = "agora+token/6=\"x\\";

    std::vector<std::string> all() const {
        return {api_key, session_token, livekit_token, livekit_key, livekit_secret, agora_token};
    }
};

std::string in_json(const std::string& text) {
    const auto quoted = nlohmann::json(text).dump();
    return quoted.substr(1, quoted.size() - 2);
}

std::string with_slashes(std::string json) {
    for (auto at = json.find('/'); at != json.npos; at = json.find('/', at + 2))
        json.insert(at, "\\");
    return json;
}

struct channel_secrets_fixture : tests::channel_fixture {
    transport::channel_settings with_secrets(const tests::local_service& service) {
        auto settings = settings_for(service);
        settings.service.api_key = secret.api_key;
        auto& [livekit, agora] = settings.egress;
        livekit.api_token = secret.livekit_token;
        livekit.api_key = secret.livekit_key;
        livekit.api_secret = secret.livekit_secret;
        agora.token = secret.agora_token;
        return settings;
    }

    /// Every secret in every way of writing it.
    std::vector<std::string> written() const {
        std::vector<std::string> all;
        for (const auto& each : secret.all())
            for (const auto& way : {each, protocol::percent_encoded(each), in_json(each),
                                    with_slashes(in_json(each))})
                all.push_back(way);
        return all;
    }

    /// The script's token is the secret one.
    service_script giving_token() {
        service_script script;
        script.token = [this](const http_request&) {
            return http_reply{200, protocol::token_response(secret.session_token)};
        };
        return script;
    }

    void check_told(const protocol::failure& f, std::string_view around = "<***>") {
        const auto texts = f.title + f.detail + f.connection_id + f.request_id + f.body +
                           f.close_reason + describe(f);
        CAF_CHECK(texts.find(around) != texts.npos); // It was there.
        for (const auto part : {"key/", "token/", "secret/", "key%2F", "token%2F", "secret%2F",
                                "key\\/", "token\\/", "secret\\/"})
            CAF_CHECK(texts.find(part) == texts.npos);
    }

    protocol::failure failure_with(service_script script) {
        tests::local_service service(std::move(script));
        open(with_secrets(service));
        return next<channel_closed>().failure;
    }

    secrets secret;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_secret_tests, channel_secrets_fixture)

CAF_TEST(no secret that the console echoes gets into the failure) {
    for (const auto& echo : written()) {
        service_script script;
        // As JSON, and as a text that merely looks like it.
        for (const auto& body : {nlohmann::json{{"message", "<" + echo + ">"}}.dump(),
                                 "<" + echo + ">", "{\"message\":\"<" + echo + ">\"}"}) {
            script.token = [&](const http_request&) { return http_reply{403, body}; };
            if (echo.find("session") == 0) // There is none yet.
                continue;
            check_told(failure_with(script));
        }
    }
}

CAF_TEST(no secret that the ingress echoes gets into the failure) {
    for (const auto& echo : written()) {
        auto script = giving_token();
        script.refuse_upgrade = [&](const http_request&) -> std::optional<http_reply> {
            return http_reply{400, "{\"message\":\"<" + in_json(echo) + ">\"}"};
        };
        check_told(failure_with(script));
        script.refuse_upgrade = [&](const http_request&) -> std::optional<http_reply> {
            return http_reply{500, "<" + echo + ">"};
        };
        check_told(failure_with(script));
    }
}

CAF_TEST(no secret that the session echoes gets into a failure or an id) {
    for (const auto& echo : written()) {
        auto script = giving_token();
        const auto around = "<" + echo + ">";
        script.handshake = [&](transport::peer& peer) {
            tests::send(peer, protocol::server_error{around, "", 3, around});
        };
        check_told(failure_with(script));

        script.handshake = [&](transport::peer& peer) {
            tests::send(peer, protocol::confirm_session{around});
        };
        script.request = [&](transport::peer& peer, const protocol::message& message) {
            const auto& audio = std::get<protocol::audio_input>(message);
            if (audio.req_id == "r-1")
                tests::send(peer, protocol::server_error{around, audio.req_id, 3, around});
            else
                peer.close(1011, around);
        };
        tests::local_service service(std::move(script));
        open(with_secrets(service));
        CAF_CHECK_EQUAL(next<channel_opened>().connection_id, "<***>");
        channel->send("r-1", audio_clip("a"));
        check_told(next<exchange_finished>().failure);
        channel->send("r-2", audio_clip("a"));
        check_told(next<channel_closed>().failure);
    }
}

CAF_TEST(of a secret that is part of another nothing is left) {
    secret.api_key = "session";
    auto script = giving_token();
    script.refuse_upgrade = [&](const http_request&) -> std::optional<http_reply> {
        return http_reply{400, "{\"message\":\"<" + in_json(secret.session_token) + ">\"}"};
    };
    check_told(failure_with(script));
}

CAF_TEST(an exception that carries a secret is told without it) {
    tests::local_service service(giving_token());
    channel =
        transport::make_avatar_channels(io, with_secrets(service))([this](channel_event event) {
            const bool opened = std::holds_alternative<channel_opened>(event);
            events.put(std::move(event));
            if (opened)
                throw std::runtime_error("<" + secret.session_token + ">");
        });
    channel->open();
    next<channel_opened>();
    check_told(next<channel_closed>().failure);
}

CAF_TEST_FIXTURE_SCOPE_END()
