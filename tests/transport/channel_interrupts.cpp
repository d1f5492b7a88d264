#include "tests/transport/client_frames.hpp"
#include "tests/transport/raw_channel_fixture.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <thread>

#define CAF_SUITE channel_interrupts

using namespace avatar;
using namespace std::chrono_literals;
using tests::client_frame;
using tests::raw_service;

namespace {

struct channel_interrupts_fixture : tests::raw_channel_fixture {
    /// Ends each request that ends, notes all else.
    auto answering() {
        return [this](raw_service& self, raw_service::websocket& ws) {
            tests::note_frames(ws, notes, [&](const client_frame& frame) {
                if (frame.opcode == client_frame::close)
                    return ws.next_layer().shutdown(raw_service::tcp::socket::shutdown_both);
                const auto said = tests::words_of(frame);
                if (const auto at = said.find(" ends"); at != std::string::npos)
                    tests::write_frame(ws, client_frame::binary,
                                       self.last_frame(said.substr(0, at)));
            });
        };
    }

    using call = void (transport::channel::*)();
    static constexpr call both[] = {&transport::channel::interrupt, &transport::channel::abandon};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_interrupt_tests, channel_interrupts_fixture)

CAF_TEST(an interrupt for no request is not sent and no event) {
    for (const bool with_egress : {false, true})
        for (const auto stop : both) {
            raw_service service(answering());
            auto settings = settings_of(service, 1h);
            if (with_egress)
                settings.egress.agora.channel_name = "channel";
            open(settings);
            next<channel_opened>();
            (channel.get()->*stop)(); // There has been none.
            channel->send("r-1", audio_clip("a"));
            CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
            (channel.get()->*stop)(); // It is over.
            channel->send("r-2", audio_clip("a"));
            CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-2");
            CAF_CHECK_EQUAL(note(), "r-1 ends");
            CAF_CHECK_EQUAL(note(), "r-2 ends");
            channel->close(close_reason::normal);
            CAF_CHECK_EQUAL(note(), "close 1000");
            next<channel_closed>();
            CAF_CHECK_EQUAL(note(), "end");
        }
}

CAF_TEST(a second interrupt of a request says nothing) {
    raw_service service(answering());
    open(settings_of(service, 1h));
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(note(), "r-1 goes on");
    for (int i = 0; i < 3; ++i)
        channel->interrupt();
    channel->abandon();
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-2");
    CAF_CHECK_EQUAL(note(), "r-1 interrupted");
    CAF_CHECK_EQUAL(note(), "r-2 ends");
}

CAF_TEST(an interrupt that goes out ends no request after it) {
    raw_service service(answering());
    auto settings = settings_of(service, 1h);
    settings.egress.agora.channel_name = "channel"; // Requests end when they are written.
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(note(), "r-1 goes on");
    channel->interrupt();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    channel->send("r-2", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(note(), "r-1 interrupted");
    CAF_CHECK_EQUAL(note(), "r-2 goes on");
    channel->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure); // The next event.
}

CAF_TEST(a piece that falls due in the moment of an interrupt is not sent) {
    raw_service service(answering());
    open(settings_of(service, 1h));
    next<channel_opened>();
    channel->send("r-1", audio_clip("abc", {1, 2, 3}, 50ms));
    CAF_CHECK_EQUAL(note(), "r-1 goes on");
    std::promise<void> goes_on;
    boost::asio::post(io.next(), [&] { goes_on.get_future().wait(); });
    std::this_thread::sleep_for(80ms); // The second piece is due, and its timer cannot be told.
    channel->interrupt();
    goes_on.set_value();
    std::string said = note();
    while (said == "r-1 goes on") // Had it been due before already.
        said = note();
    CAF_CHECK_EQUAL(said, "r-1 interrupted");
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK_EQUAL(note(), "r-2 ends");
}

CAF_TEST(a cancelled request sends none of its audio that is queued) {
    raw_service service([this](raw_service& self, raw_service::websocket& ws) {
        tests::note_frames(ws, notes, [&](const client_frame& frame) {
            if (tests::words_of(frame) == "r-1 interrupted")
                tests::write_frame(ws, client_frame::binary, self.last_frame("r-1"));
        });
    });
    open_and(settings_of(service, 1h), [this] {
        channel->send("r-1", audio_clip("abc", {1, 2, 3}, 0ms)); // All due at once.
        channel->abandon();
    });
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    CAF_CHECK_EQUAL(note(), "r-1 goes on"); // Was being written.
    CAF_CHECK_EQUAL(note(), "r-1 interrupted");
}

CAF_TEST_FIXTURE_SCOPE_END()
