#include "tests/support/log_capture.hpp"
#include "tests/transport/channel_fixture.hpp"

#include <atomic>
#include <stdexcept>

#define CAF_SUITE channel_exceptions

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::phase;
using tests::service_script;

namespace {

struct channel_exceptions_fixture : tests::channel_fixture {
    /// Opens a channel whose sink throws, once, at the first event of that type.
    /// What it throws is made there: copies of a runtime_error share their text, by a count
    /// that the thread sanitizer cannot see.
    template <class Event>
    void open_throwing(
        const transport::channel_settings& settings,
        std::function<void()> fail = [] { throw std::runtime_error("made to fail"); }) {
        channel = transport::make_avatar_channels(io, settings)(
            [this, fail = std::move(fail), left = 1](channel_event event) mutable {
                const bool throws = std::holds_alternative<Event>(event) && left-- > 0;
                events.put(std::move(event));
                if (throws)
                    fail();
            });
        channel->open();
    }

    /// The last event, exactly one, which names what was thrown; and other channels
    /// on the same thread work.
    protocol::failure check_ended(const tests::local_service& service,
                                  const std::string& what = "made to fail") {
        const auto failure = next<channel_closed>().failure;
        CAF_CHECK_EQUAL(code(failure), "unknown");
        CAF_CHECK(failure.detail.ends_with(": " + what));
        channel->close(close_reason::normal);
        channel->check();
        channel->interrupt();
        open(settings_for(service));
        next<channel_opened>(); // And not a second channel_closed.
        channel->close(close_reason::normal);
        CAF_CHECK(!next<channel_closed>().failure);
        return failure;
    }
};

/// As tests::channel_fixture, to an egress: a request is over when it is written.
transport::channel_settings with_egress(transport::channel_settings settings) {
    settings.egress.agora.channel_name = "channel";
    return settings;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_exception_tests, channel_exceptions_fixture)

CAF_TEST(a sink that throws when the channel opens ends that channel alone) {
    tests::local_service service;
    open_throwing<channel_opened>(settings_for(service));
    next<channel_opened>();
    const auto failure = check_ended(service);
    CAF_CHECK_EQUAL(failure.connection_id, "connection-1");
    CAF_CHECK_EQUAL(phase(failure), "websocket_runtime");
}

CAF_TEST(a sink that throws when a request ends ends that channel alone) {
    tests::local_service service;
    open_throwing<exchange_finished>(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    next<exchange_finished>();
    CAF_CHECK_EQUAL(check_ended(service).detail, "reading: made to fail");
}

CAF_TEST(a sink that throws when the service refuses a request ends that channel alone) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        tests::send(peer, protocol::server_error{"connection-1", audio.req_id, 3, "bad audio"});
    };
    tests::local_service service(std::move(script));
    open_throwing<exchange_finished>(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    next<exchange_finished>();
    check_ended(service);
}

CAF_TEST(a sink that throws in a call of the session ends that channel alone) {
    service_script script;
    script.request = [](transport::peer&, const protocol::message&) {};
    tests::local_service service(std::move(script));
    open_throwing<exchange_finished>(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    channel->interrupt();
    next<exchange_finished>();
    check_ended(service);
}

CAF_TEST(a sink that throws when all is written ends that channel alone) {
    tests::local_service service;
    for (const auto& clip : {audio_clip("a"), audio_clip("ab", {1, 2}, 1ms)}) {
        open_throwing<exchange_finished>(with_egress(settings_for(service)));
        next<channel_opened>();
        channel->send("r-1", clip);
        next<exchange_finished>();
        check_ended(service);
    }
}

CAF_TEST(a sink that throws at the answer to a check ends that channel alone) {
    tests::local_service service;
    open_throwing<channel_alive>(settings_for(service));
    next<channel_opened>();
    channel->check();
    next<channel_alive>();
    check_ended(service);
}

CAF_TEST(what is thrown may be anything) {
    tests::local_service service;
    open_throwing<channel_opened>(settings_for(service), [] { throw 42; });
    next<channel_opened>();
    check_ended(service, "an exception of an unknown type");

    // Not taken for an error of the connection's own.
    const auto as_of_io = [] {
        return boost::system::system_error(boost::asio::error::connection_reset);
    };
    open_throwing<channel_opened>(settings_for(service), [&] { throw as_of_io(); });
    next<channel_opened>();
    check_ended(service, as_of_io().what());
}

CAF_TEST(a sink that throws while the session closes is named all the same) {
    service_script script;
    script.request = [](transport::peer&, const protocol::message&) {};
    tests::local_service service(std::move(script));
    open_throwing<exchange_finished>(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    channel->interrupt();
    channel->close(close_reason::normal);
    next<exchange_finished>();
    check_ended(service);
}

CAF_TEST(a sink that throws at the last event is logged) {
    tests::log_capture log;
    tests::local_service service;
    open_throwing<channel_closed>(settings_for(service));
    next<channel_opened>();
    channel->close(close_reason::normal);
    next<channel_closed>();
    CAF_CHECK_EQUAL(log.next(), "error: connection connection-1: its owner, at the last "
                                "event, failed: made to fail");
    open(settings_for(service));
    next<channel_opened>();
    CAF_CHECK(!log.more());
}

CAF_TEST(a sink that throws at the last event of a channel that never opened is logged) {
    tests::log_capture log;
    tests::local_service service;
    auto settings = settings_for(service);
    service_script refusing;
    refusing.token = [](const transport::http_request&) {
        return transport::http_reply{401, "{}"};
    };
    tests::local_service refuses(std::move(refusing));
    open_throwing<channel_closed>(settings_for(refuses));
    CAF_CHECK_EQUAL(next<channel_closed>().failure.http_status, 401u);
    CAF_CHECK(log.next().find("answered HTTP 401") != std::string::npos);
    CAF_CHECK(log.next().ends_with("at the last event, failed: made to fail"));
    open(settings);
    next<channel_opened>();
}

CAF_TEST(calls out of turn end the channel with a name) {
    service_script script;
    script.handshake = [](transport::peer&) {};
    tests::local_service service(std::move(script));
    const std::vector<std::function<void(transport::channel&)>> calls{
        [](transport::channel& c) { c.send("r-1", audio_clip("a")); },
        [](transport::channel& c) { c.check(); },
        [](transport::channel& c) { c.open(); },
    };
    for (const auto& call : calls) {
        open(settings_for(service));
        call(*channel);
        const auto failure = next<channel_closed>().failure;
        CAF_CHECK_EQUAL(code(failure), "unknown");
        CAF_CHECK(failure.detail.find("expected") != std::string::npos);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
