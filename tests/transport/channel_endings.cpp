#include "tests/transport/channel_fixture.hpp"
#include "transport/fault_injection.hpp"

#define CAF_SUITE channel_endings

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::service_script;

CAF_TEST_FIXTURE_SCOPE(channel_endings_tests, tests::channel_fixture)

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

CAF_TEST(an error that names a request ends that one alone and names its connection) {
    for (const std::string named : {"", "another"}) {
        service_script script;
        script.request = [&](transport::peer& peer, const protocol::message& m) {
            const auto& audio = std::get<protocol::audio_input>(m);
            if (audio.req_id == "r-1")
                tests::send(peer, protocol::server_error{named, "r-1", 3, "unsupported audio"});
            else
                tests::send_frames(peer, audio.req_id, 1);
        };
        tests::local_service service(std::move(script));
        open(settings_for(service));
        next<channel_opened>();
        channel->send("r-1", audio_clip("a"));
        const auto end = next<exchange_finished>();
        CAF_CHECK_EQUAL(code(end.failure), "invalidRequest");
        CAF_CHECK_EQUAL(tests::phase(end.failure), "websocket_runtime");
        const std::string told = named.empty() ? "connection-1" : named;
        CAF_CHECK_EQUAL(end.failure.connection_id, told);
        channel->send("r-2", audio_clip("a"));
        CAF_CHECK(!next<exchange_finished>().failure);
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(a confirmation in the middle of a session is a protocol error) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        tests::send(peer, protocol::confirm_session{"connection-2"});
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "protocolError: unexpected message type");
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
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(code(failure), "connectionClosed");
    CAF_CHECK_EQUAL(tests::phase(failure), "websocket_runtime");
    CAF_CHECK_EQUAL(failure.detail, "connection lost: Connection reset by peer");
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
    channel->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
}

CAF_TEST(closing says whether the program stops before its work is done) {
    for (auto why : {close_reason::normal, close_reason::going_away}) {
        tests::inbox<std::uint16_t> closed;
        tests::service_script script;
        script.closed = [&](std::uint16_t code) { closed.put(code); };
        tests::local_service service(script);
        auto settings = settings_for(service);
        settings.close_timeout = std::chrono::hours(1); // It does not take that long.
        open(settings);
        next<channel_opened>();
        channel->close(why);
        CAF_CHECK_EQUAL(closed.take().value_or(0), static_cast<std::uint16_t>(why));
        next<channel_closed>();
    }
}

CAF_TEST(closing while the service closes takes no longer) {
    for (int round = 0; round < 20; ++round) {
        tests::service_script script;
        script.handshake = [](transport::peer& peer) {
            tests::send(peer, protocol::confirm_session{"connection-1"});
            peer.close(1001, "restarting");
        };
        tests::local_service service(script);
        auto settings = settings_for(service);
        settings.close_timeout = std::chrono::hours(1);
        open_and(settings, [&] { channel->close(close_reason::normal); });
        CAF_CHECK(!next<channel_closed>().failure);
    }
}

CAF_TEST(a service that falls silent is found by pings whether a request runs or not ) {
    for (bool with_request : {false, true}) {
        tests::service_script script;
        script.handshake = [&](transport::peer& peer) {
            tests::send(peer, protocol::confirm_session{"connection-1"});
            if (!with_request)
                transport::faults_of(peer).go_silent();
        };
        script.request = [](transport::peer& peer, const protocol::message&) {
            transport::faults_of(peer).go_silent();
        };
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
