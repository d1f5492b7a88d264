#include "tests/transport/client_frames.hpp"
#include "tests/transport/raw_channel_fixture.hpp"

#include <atomic>

#define CAF_SUITE channel_closing

using namespace avatar;
using namespace std::chrono_literals;
using tests::client_frame;
using tests::code;
using tests::raw_service;
using tests::service_script;

namespace {

const audio_clip endless("ab", {1, 2}, 1h);

struct channel_closing_fixture : tests::raw_channel_fixture {
    /// A service that notes what it hears and closes as it should.
    auto polite() {
        return [this](raw_service&, raw_service::websocket& ws) {
            tests::note_frames(ws, notes, [&](const client_frame& frame) {
                if (frame.opcode == client_frame::close) {
                    tests::write_frame(ws, client_frame::close, frame.payload);
                    ws.next_layer().shutdown(raw_service::tcp::socket::shutdown_send);
                }
            });
        };
    }

    void call_everything() {
        channel->send("late", audio_clip("a"));
        channel->interrupt();
        channel->abandon();
        channel->check();
        channel->close(close_reason::normal);
    }

    /// That nothing further comes of the channel: the next event is another one's.
    void check_no_event_follows() {
        tests::local_service service;
        const auto former = std::move(channel);
        open(settings_for(service));
        next<channel_opened>();
        channel->close(close_reason::normal);
        CAF_CHECK(!next<channel_closed>().failure);
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_closing_tests, channel_closing_fixture)

CAF_TEST(after the close frame nothing goes out whatever is called) {
    for (const bool with_request : {false, true}) {
        raw_service service(polite());
        open_and(settings_of(service, 1h), [&] {
            if (with_request)
                channel->send("r-1", endless);
            channel->close(close_reason::going_away);
            call_everything();
        });
        CAF_CHECK(!next<channel_closed>().failure);
        call_everything();
        if (with_request)
            CAF_CHECK_EQUAL(note(), "r-1 goes on");
        CAF_CHECK_EQUAL(note(), "close 1001");
        CAF_CHECK_EQUAL(note(), "end");
        check_no_event_follows();
    }
}

CAF_TEST(a pong to a check that comes while the session closes is no event) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        std::string asked;
        tests::note_frames(ws, notes, [&](const client_frame& frame) {
            if (frame.opcode == client_frame::ping)
                asked = frame.payload;
            if (frame.opcode != client_frame::close)
                return;
            tests::write_frame(ws, client_frame::pong, asked);
            tests::write_frame(ws, client_frame::close, frame.payload);
            ws.next_layer().shutdown(raw_service::tcp::socket::shutdown_send);
        });
    });
    open(settings_of(service, 1h));
    next<channel_opened>();
    channel->check();
    CAF_CHECK_EQUAL(note(), "ping 1");
    channel->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK_EQUAL(note(), "close 1000");
    check_no_event_follows();
}

CAF_TEST(no ping goes out while the session closes) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        tests::note_frames(ws, notes, [](const client_frame&) {}); // Nor is it closed.
    });
    auto settings = settings_of(service, 20ms);
    settings.close_timeout = 100ms;
    const auto began = std::chrono::steady_clock::now();
    open_and(settings, [this] { channel->close(close_reason::normal); });
    CAF_CHECK(!next<channel_closed>().failure);
    // By the limit on closing, and not by the one on silence.
    CAF_CHECK(std::chrono::steady_clock::now() - began >= settings.close_timeout);
    CAF_CHECK_EQUAL(note(), "close 1000");
    CAF_CHECK_EQUAL(note(), "end");
    check_no_event_follows();
}

CAF_TEST(calls after the service has ended the session do nothing) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        const auto end =
            protocol::encode(protocol::server_error{"connection-1", "", 4001, "credits exhausted"});
        tests::write_frame(ws, client_frame::binary, end);
        tests::note_frames(ws, notes, [](const client_frame&) {});
    });
    open(settings_of(service, 1h));
    next<channel_opened>();
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "creditsExhausted");
    call_everything();
    CAF_CHECK_EQUAL(note(), "end");
    check_no_event_follows();
}

CAF_TEST(a service that says goodbye and keeps the connection is left all the same) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        tests::write_frame(ws, client_frame::close,
                           "\x03\xf3"
                           "restarting");
        tests::note_frames(ws, notes, [](const client_frame&) {});
    });
    auto settings = settings_of(service, 1h);
    settings.close_timeout = 20ms;
    open(settings);
    next<channel_opened>();
    const auto failure = next<channel_closed>().failure;
    CAF_CHECK_EQUAL(failure.close_code, 1011u);
    CAF_CHECK_EQUAL(describe(failure),
                    "connectionClosed (close code 1011): closed by the service: restarting");
    CAF_CHECK_EQUAL(note(), "close 1011");
    CAF_CHECK_EQUAL(note(), "end");
}

CAF_TEST(a close frame without a code ends the session like any other) {
    raw_service service([this](raw_service&, raw_service::websocket& ws) {
        tests::write_frame(ws, client_frame::close, "");
        tests::note_frames(ws, notes, [](const client_frame&) {});
    });
    auto settings = settings_of(service, 1h);
    settings.close_timeout = 20ms;
    open(settings);
    next<channel_opened>();
    CAF_CHECK_EQUAL(describe(next<channel_closed>().failure),
                    "connectionClosed: closed by the service");
}

CAF_TEST(a service that breaks the protocol and keeps the connection is left with the reason) {
    for (const bool too_large : {true, false}) {
        raw_service service([&](raw_service& self, raw_service::websocket& ws) {
            if (too_large)
                ws.write(boost::asio::buffer(std::string(1025, 'x')));
            else
                tests::write_frame(ws, 3, "an opcode that nobody knows");
            while (self.pace()) {
            }
        });
        auto settings = settings_of(service, 1h);
        settings.service.max_message_size = 1024;
        settings.close_timeout = 20ms;
        open(settings);
        next<channel_opened>();
        const auto failure = next<channel_closed>().failure;
        CAF_CHECK_EQUAL(code(failure), "protocolError");
        CAF_CHECK_EQUAL(failure.detail.starts_with("message larger than 1024 bytes"), too_large);
    }
}

CAF_TEST(a channel that was closed before it was opened asks for nothing) {
    std::atomic<int> asked = 0;
    service_script script;
    script.token = [&](const transport::http_request&) {
        ++asked;
        return transport::http_reply{200, protocol::token_response("token-1")};
    };
    tests::local_service service(std::move(script));
    channel = transport::make_avatar_channels(io, settings_for(service))(
        [this](channel_event event) { events.put(std::move(event)); });
    channel->close(close_reason::normal);
    channel->open();
    CAF_CHECK(!next<channel_closed>().failure);
    CAF_CHECK_EQUAL(asked, 0);
    check_no_event_follows();
}

CAF_TEST(closing cuts whichever step of connecting is under way) {
    boost::asio::io_context never_runs;
    boost::asio::ip::tcp::acceptor deaf(never_runs,
                                        {boost::asio::ip::make_address("127.0.0.1"), 0});
    const auto at = "127.0.0.1:" + std::to_string(deaf.local_endpoint().port());
    tests::local_service service;
    const std::vector<std::pair<std::string, std::string>> table{
        {"http://" + at, service.url("")},
        {"https://" + at, service.url("")},
        {service.url(""), "ws://" + at},
        {service.url(""), "wss://" + at},
    };
    for (const auto& [console, ingress] : table) {
        auto settings = settings_for(service);
        settings.service.console_endpoint = console;
        settings.service.ingress_endpoint = ingress;
        settings.service.connect_timeout = 1h;
        open(settings);
        auto reached = deaf.accept();
        channel->close(close_reason::normal);
        CAF_CHECK(!next<channel_closed>().failure);
        // The socket is released, and not kept until its owner goes.
        std::string heard(64 * 1024, ' ');
        boost::system::error_code ec;
        while (!ec)
            reached.read_some(boost::asio::buffer(heard), ec);
        CAF_CHECK_EQUAL(ec, boost::asio::error::eof);
    }
    check_no_event_follows();
}

CAF_TEST_FIXTURE_SCOPE_END()
