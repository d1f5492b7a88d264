#include "tests/transport/client_frames.hpp"
#include "tests/transport/raw_channel_fixture.hpp"

#include <thread>

#define CAF_SUITE channel_pings

using namespace avatar;
using namespace std::chrono_literals;
using tests::client_frame;
using tests::code;
using tests::raw_service;

namespace {

/// In which a healthy service answers: a busy machine stops its thread for less.
constexpr auto within = 1000ms;

struct channel_pings_fixture : tests::raw_channel_fixture {
    /// A service that answers pings with pongs of that many copies.
    auto answering(int copies) {
        return [this, copies](raw_service&, raw_service::websocket& ws) {
            tests::note_frames(ws, notes, [&](const client_frame& frame) {
                for (int i = 0; i < copies && frame.opcode == client_frame::ping; ++i)
                    tests::write_frame(ws, client_frame::pong, frame.payload);
            });
        };
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_ping_tests, channel_pings_fixture)

CAF_TEST(a silent service is asked once and then left without a close frame) {
    raw_service service(answering(0));
    open(settings_of(service, 100ms));
    next<channel_opened>();
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "connectionClosed: nothing came within 200ms, not even an answer to a ping");
    CAF_CHECK_EQUAL(note(), "ping 0");
    CAF_CHECK_EQUAL(note(), "end");
}

CAF_TEST(a service that answers is asked again after each silence) {
    raw_service service(answering(1));
    open(settings_of(service, within));
    next<channel_opened>();
    for (int i = 0; i < 2; ++i)
        CAF_CHECK_EQUAL(note(), "ping 0");
    channel->check();
    next<channel_alive>();
}

CAF_TEST(a program that stood still does not take it for the silence of the service) {
    raw_service service(answering(1));
    channel = transport::make_avatar_channels(io, settings_of(service, within))(
        [this](channel_event event) {
            const bool opened = std::holds_alternative<channel_opened>(event);
            events.put(std::move(event));
            if (opened) // What the test is about: the I/O thread does nothing meanwhile.
                std::this_thread::sleep_for(within * 5 / 2);
        });
    channel->open();
    next<channel_opened>();
    CAF_CHECK_EQUAL(note(), "ping 0"); // It has been asked, and answered.
    channel->check();
    next<channel_alive>();
}

CAF_TEST(no ping goes out while frames come) {
    raw_service service([this](raw_service& self, raw_service::websocket& ws) {
        const auto end = std::chrono::steady_clock::now() + 2 * within;
        while (std::chrono::steady_clock::now() < end && self.pace())
            ws.write(boost::asio::buffer(self.last_frame("nobody's")));
        ws.write(boost::asio::buffer(self.last_frame("r-1")));
        tests::note_frames(ws, notes, [](const client_frame&) {});
    });
    open(settings_of(service, within));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK(next<exchange_finished>().late_frames > 0u);
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK_EQUAL(note(), "r-1 ends");
    CAF_CHECK_EQUAL(note(), "r-2 ends");
}

CAF_TEST(checks that come while a ping is written share the next one) {
    raw_service service(answering(1));
    open_and(settings_of(service, 1h), [this] {
        for (int i = 0; i < 5; ++i)
            channel->check();
    });
    next<channel_alive>();
    CAF_CHECK_EQUAL(note(), "ping 1");
    CAF_CHECK_EQUAL(note(), "ping 5");
    channel->check();
    next<channel_alive>();
    CAF_CHECK_EQUAL(note(), "ping 6");
}

CAF_TEST(a check has one answer however often the service gives it) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        tests::note_frames(ws, notes, [&](const client_frame& frame) {
            for (int i = 0; i < 3; ++i)
                tests::write_frame(ws, client_frame::pong, frame.payload);
            const auto end = protocol::encode(
                protocol::server_error{"connection-1", "", 4001, "credits exhausted"});
            tests::write_frame(ws, client_frame::binary, end);
        });
    });
    open(settings_of(service, 1h));
    next<channel_opened>();
    channel->check();
    next<channel_alive>();
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "creditsExhausted");
}

CAF_TEST_FIXTURE_SCOPE_END()
