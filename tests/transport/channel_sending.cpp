#include "tests/transport/client_frames.hpp"
#include "tests/transport/own_socket.hpp"
#include "tests/transport/raw_channel_fixture.hpp"

#include <numeric>

#define CAF_SUITE channel_sending

using namespace avatar;
using namespace std::chrono_literals;
using tests::client_frame;
using tests::phase;
using tests::raw_service;

namespace {

/// Pieces of one byte for longer than any test takes.
audio_clip long_stream() {
    std::vector<std::uint64_t> ends(20'000);
    std::iota(ends.begin(), ends.end(), 1);
    std::string audio(ends.size(), 'x');
    return audio_clip(std::move(audio), std::move(ends), 5ms);
}

using inbox_of_payloads = tests::inbox<std::string>;

struct channel_sending_fixture : tests::raw_channel_fixture {
    /// Opens a channel to that service, begins to send and makes every further write
    /// fail, while the service can still be heard.
    void send_and_fail(const raw_service& service) {
        open(settings_of(service, 1h));
        next<channel_opened>();
        channel->send("r-1", long_stream());
        CAF_CHECK_EQUAL(note(), "r-1 goes on");
        CAF_REQUIRE(::shutdown(tests::own_socket_to(service.port()), SHUT_WR) == 0);
    }

    auto listening() {
        return [this](raw_service&, raw_service::websocket& ws) {
            tests::note_frames(ws, notes, [](const client_frame&) {});
            std::string more;
            try { // Not the first to end the connection.
                boost::asio::read(ws.next_layer(), boost::asio::dynamic_buffer(more));
            } catch (const boost::system::system_error&) {
            }
            left_.take();
        };
    }

    void let_go() { left_.put(true); }

    tests::inbox<bool> left_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_sending_tests, channel_sending_fixture)

CAF_TEST(a clip goes out in one frame whatever its size) {
    for (const std::size_t size : {100, 200, 600, 5'000, 70'000, 700'000}) {
        inbox_of_payloads payloads;
        raw_service service([&](raw_service&, raw_service::websocket& ws) {
            tests::note_frames(ws, notes, [&](const client_frame& frame) {
                if (frame.opcode == client_frame::binary)
                    payloads.put(frame.payload);
                if (frame.opcode == client_frame::close)
                    ws.next_layer().shutdown(raw_service::tcp::socket::shutdown_both);
            });
        });
        open(settings_of(service, 1h));
        next<channel_opened>();
        const std::string audio(size, 'a');
        channel->send("r-1", audio_clip(audio));
        const auto payload = payloads.take().value_or("");
        const auto message = protocol::decode(payload);
        CAF_REQUIRE(message.has_value());
        const auto& input = std::get<protocol::audio_input>(*message);
        CAF_CHECK(input.end);
        CAF_CHECK(input.audio == audio);
        CAF_CHECK_EQUAL(note(), "r-1 ends");
        channel.reset();
        next<channel_closed>();
        CAF_CHECK_EQUAL(note(), "close 1000");
        CAF_CHECK_EQUAL(note(), "end");
    }
}

CAF_TEST(audio that cannot be sent ends the session and is told as such) {
    raw_service service(listening());
    send_and_fail(service);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(phase(closed.failure), "websocket_send");
    CAF_CHECK_EQUAL(describe(closed.failure), "connectionFailed: sending audio: Broken pipe");
    CAF_CHECK_EQUAL(closed.failure.connection_id, "connection-1");
    CAF_CHECK(closed.request_accepted);
    channel->send("r-2", audio_clip("a"));
    channel->close(close_reason::normal);
    let_go();
    tests::local_service another;
    const auto former = std::move(channel);
    open(settings_for(another));
    next<channel_opened>(); // And not a second channel_closed.
}

CAF_TEST(audio that cannot be sent while the session closes is no failure) {
    raw_service service(listening());
    open_and(settings_of(service, 1h), [&] {
        ::shutdown(tests::own_socket_to(service.port()), SHUT_RDWR);
        channel->close(close_reason::normal);
    });
    CAF_CHECK(!next<channel_closed>().failure);
    let_go();
}

CAF_TEST_FIXTURE_SCOPE_END()
