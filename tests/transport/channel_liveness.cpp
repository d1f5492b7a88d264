#include "tests/transport/raw_channel_fixture.hpp"

#include <boost/asio/post.hpp>

#include <ctime>
#include <future>
#include <thread>

#define CAF_SUITE channel_liveness

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::raw_service;
using tests::service_script;

namespace {

/// Reads, so that Beast answers what there is to answer.
void read_on(raw_service& service, raw_service::websocket& ws) {
    boost::beast::flat_buffer buffer;
    while (service.pace())
        ws.read(buffer);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_liveness_tests, tests::raw_channel_fixture)

CAF_TEST(an idle session outlives its connect timeout and many times the silence that it bears) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        if (const auto& audio = std::get<protocol::audio_input>(message); audio.end)
            tests::send_frames(peer, audio.req_id, 1);
    };
    tests::local_service service(std::move(script));
    auto settings = settings_for(service);
    settings.service.connect_timeout = 1s;
    settings.keepalive = 800ms;
    open(settings);
    next<channel_opened>();
    const auto idle = std::move(channel);
    // On the same thread; how long it takes does not depend on the machine.
    open(settings_for(service));
    next<channel_opened>();
    channel->send("clock", audio_clip("abc", {1, 2, 3}, 1100ms));
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "clock");
    idle->check();
    next<channel_alive>();
    idle->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
}

CAF_TEST(an idle session costs no time of the processor) {
    tests::local_service service;
    open(settings_for(service));
    next<channel_opened>();
    const auto used = [&] {
        std::promise<std::chrono::nanoseconds> told;
        boost::asio::post(io.next(), [&] {
            timespec time{};
            ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
            told.set_value(std::chrono::seconds(time.tv_sec) +
                           std::chrono::nanoseconds(time.tv_nsec));
        });
        return told.get_future().get();
    };
    const auto before = used();
    std::this_thread::sleep_for(100ms);
    CAF_CHECK(used() - before < 20ms); // A timer that came again and again would use it all.
}

CAF_TEST(no other pong than that to its ping answers a check) {
    std::promise<void> checked;
    raw_service service([&](raw_service& self, raw_service::websocket& ws) {
        checked.get_future().wait();
        // It reads nothing, so it never answers the ping of the check itself.
        for (const auto* other : {"", "0", "2", "11", "x"})
            ws.pong(boost::beast::websocket::ping_data(other));
        ws.ping(boost::beast::websocket::ping_data("1"));
        const auto end =
            protocol::encode(protocol::server_error{"connection-1", "", 4001, "credits exhausted"});
        ws.write(boost::asio::buffer(end));
        while (self.pace()) {
        }
    });
    open(settings_of(service, 1h));
    next<channel_opened>();
    channel->check();
    checked.set_value();
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "creditsExhausted"); // The next event.
}

CAF_TEST(a check during the ping of another is answered by its own pong) {
    tests::local_service service;
    channel =
        transport::make_avatar_channels(io, settings_for(service))([this](channel_event event) {
            if (std::holds_alternative<channel_opened>(event)) {
                channel->check(); // Two in one step of the I/O thread.
                channel->check();
            } else {
                events.put(std::move(event));
            }
        });
    channel->open();
    next<channel_alive>();
    channel->check();
    next<channel_alive>();
}

CAF_TEST(a request that meets a connection that has ended was surely not taken) {
    for (const bool by_reset : {true, false}) {
        std::promise<void> opened, ended;
        raw_service service([&](raw_service&, raw_service::websocket& ws) {
            opened.get_future().wait();
            if (by_reset)
                ws.next_layer().set_option(boost::asio::socket_base::linger(true, 0));
            ws.next_layer().close();
            ended.set_value();
        });
        // The I/O thread learns of the end only after it was told to send.
        channel =
            transport::make_avatar_channels(io, settings_of(service, 1h))([&](channel_event event) {
                if (std::holds_alternative<channel_opened>(event)) {
                    opened.set_value();
                    ended.get_future().wait();
                    channel->send("r-1", audio_clip("a"));
                } else {
                    events.put(std::move(event));
                }
            });
        channel->open();
        const auto closed = next<channel_closed>();
        CAF_CHECK_EQUAL(code(closed.failure), "connectionClosed");
        CAF_CHECK(!closed.request_accepted);
    }
}

CAF_TEST(nothing comes after the end whatever is called) {
    tests::local_service service;
    open(settings_for(service));
    next<channel_opened>();
    channel->close(close_reason::normal);
    channel->close(close_reason::going_away); // The first one counts.
    channel->check();
    channel->send("r-1", audio_clip("a"));
    channel->interrupt();
    channel->abandon();
    CAF_CHECK(!next<channel_closed>().failure);
    channel->check();
    channel->send("r-2", audio_clip("a"));
    channel->close(close_reason::normal);
    channel.reset();
    open(settings_for(service));
    next<channel_opened>(); // And nothing before it.
}

CAF_TEST(each frame after the end of its request is late) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        if (audio.req_id == "r-1") {
            tests::send_frames(peer, "r-1", 4);
            tests::send_frames(peer, "r-1", 3); // With an end of its own.
        } else {
            tests::send_frames(peer, "r-1", 2);
            tests::send_frames(peer, "r-2", 5);
            tests::send_frames(peer, "r-2", 1);
            peer.close(1000, "");
        }
    };
    tests::local_service service(std::move(script));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    const auto first = next<exchange_finished>();
    CAF_CHECK_EQUAL(first.frames, 4u);
    CAF_CHECK_EQUAL(first.late_frames, 0u);
    channel->send("r-2", audio_clip("a"));
    const auto second = next<exchange_finished>();
    CAF_CHECK_EQUAL(second.frames, 5u);
    CAF_CHECK_EQUAL(second.late_frames, 5u);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(closed.late_frames, 1u);
    CAF_CHECK_EQUAL(closed.failure.close_code, 1000u);
}

CAF_TEST(a console answer of a megabyte is read and no more) {
    constexpr std::size_t megabyte = 1024 * 1024;
    for (const std::size_t size : {megabyte, megabyte + 1}) {
        service_script script;
        script.token = [&](const transport::http_request&) {
            auto body = protocol::token_response("token-1");
            body.resize(size, ' '); // White space after the JSON.
            return transport::http_reply{200, body};
        };
        tests::local_service service(std::move(script));
        open(settings_for(service));
        if (size == megabyte) {
            next<channel_opened>();
            channel->close(close_reason::normal);
            CAF_CHECK(!next<channel_closed>().failure);
        } else {
            const auto failure = next<channel_closed>().failure;
            CAF_CHECK_EQUAL(tests::phase(failure), "session_token");
            CAF_CHECK_EQUAL(failure.detail,
                            "asking for a session token: the answer is larger than 1048576 bytes");
        }
    }
}

CAF_TEST(a frame of the largest size is taken and one byte more is not ) {
    constexpr std::size_t largest = 2000;
    for (const std::size_t size : {largest, largest + 1}) {
        raw_service service([&](raw_service& self, raw_service::websocket& ws) {
            auto frame = self.last_frame("r-1");
            // A field that nobody knows fills it up: number 15, a length of two bytes.
            const auto padding = size - frame.size() - 3;
            frame += {'\x7a', static_cast<char>(0x80 | (padding & 0x7f)),
                      static_cast<char>(padding >> 7)};
            frame.append(padding, 'x');
            boost::beast::flat_buffer audio;
            ws.read(audio);
            ws.write(boost::asio::buffer(frame));
            read_on(self, ws);
        });
        auto settings = settings_of(service, 1h);
        settings.service.max_message_size = largest;
        open(settings);
        next<channel_opened>();
        channel->send("r-1", audio_clip("a"));
        if (size == largest) {
            CAF_CHECK_EQUAL(next<exchange_finished>().bytes, largest);
            channel->close(close_reason::normal);
            CAF_CHECK(!next<channel_closed>().failure);
        } else {
            CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "protocolError");
        }
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
