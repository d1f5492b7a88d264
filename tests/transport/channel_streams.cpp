// Requests whose audio comes as it is spoken.
#include "tests/transport/channel_fixture.hpp"
#include "transport/fault_injection.hpp"

#include <atomic>

#define CAF_SUITE channel_streams

using namespace avatar;
using namespace std::chrono_literals;
using tests::local_service;
using tests::service_script;

namespace {

/// Refuses a request, whatever comes of it.
void refuse(transport::peer& peer, const protocol::message& message) {
    const auto& audio = std::get<protocol::audio_input>(message);
    tests::send(peer, protocol::server_error{"connection-1", audio.req_id, 3, "no such avatar"});
}

struct channel_streams_fixture : tests::channel_fixture {
    /// Answers a request when its audio has ended, and notes all it gets.
    service_script noting() {
        service_script script;
        script.request = [this](transport::peer& peer, const protocol::message& message) {
            if (const auto* interrupt = std::get_if<protocol::client_interrupt>(&message))
                return notes.put("interrupt " + std::string(interrupt->req_id));
            const auto& audio = std::get<protocol::audio_input>(message);
            notes.put(std::string(audio.req_id) + ": " + std::string(audio.audio) +
                      (audio.end ? " (end)" : ""));
            if (audio.end && answers)
                tests::send_frames(peer, audio.req_id, 3);
        };
        return script;
    }

    void open_to(service_script script, std::chrono::milliseconds audio_timeout = 1h,
                 const config::egress_settings& egress = {}) {
        service.emplace(std::move(script));
        auto settings = settings_for(*service);
        settings.audio_timeout = audio_timeout;
        settings.close_timeout = 100ms;
        settings.egress = egress;
        open(settings);
        next<channel_opened>();
    }

    /// To a service that notes all it gets and sends nothing back, but for what `also` does.
    void open_to_egress(decltype(service_script::request) also = nullptr,
                        std::chrono::milliseconds audio_timeout = 1h) {
        auto script = noting();
        script.request = [note = std::move(script.request), also](transport::peer& peer,
                                                                  const protocol::message& m) {
            note(peer, m);
            if (also)
                also(peer, m);
        };
        answers = false;
        config::egress_settings egress;
        egress.agora.channel_name = "channel";
        open_to(std::move(script), audio_timeout, egress);
    }

    /// Whether or not more audio was wanted before.
    exchange_finished next_end() {
        for (;;) {
            const auto event = events.take();
            CAF_REQUIRE(event.has_value());
            if (const auto* end = std::get_if<exchange_finished>(&*event))
                return *end;
            CAF_REQUIRE(std::holds_alternative<audio_wanted>(*event));
        }
    }

    /// After all that the service has sent so far.
    void check_alive() {
        channel->check();
        next<channel_alive>();
    }

    std::string note() { return notes.take().value_or("nothing"); }

    tests::inbox<std::string> notes;
    tests::inbox<std::string> ends;   // That the service may know of.
    std::atomic<bool> answers = true; // With frames.
    std::optional<local_service> service;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_streams_tests, channel_streams_fixture)

CAF_TEST(pieces go out one by one and the last ends the audio) {
    open_to(noting());
    channel->begin_stream("r-1");
    for (const auto* bytes : {"one", "two"}) {
        CAF_CHECK_EQUAL(next<audio_wanted>().request_id, "r-1");
        channel->send_piece("r-1", {bytes, false});
        CAF_CHECK_EQUAL(note(), std::string("r-1: ") + bytes);
    }
    next<audio_wanted>();
    channel->send_piece("r-1", {"three", true});
    CAF_CHECK_EQUAL(note(), "r-1: three (end)");
    const auto end = next<exchange_finished>();
    CAF_CHECK(!end.failure);
    CAF_CHECK_EQUAL(end.frames, 3u);
    CAF_CHECK(end.first_frame_after_last.count() > 0);
    CAF_CHECK(end.first_frame > end.first_frame_after_last);
}

CAF_TEST(the last piece may be empty) {
    open_to(noting());
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->send_piece("r-1", {"", true});
    CAF_CHECK_EQUAL(note(), "r-1:  (end)");
    next<exchange_finished>();
}

CAF_TEST(a stream that has no audio for too long ends and its session goes on) {
    open_to(noting(), 50ms);
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->send_piece("r-1", {"one", false});
    next<audio_wanted>();
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(tests::code(end.failure), "audioTimeout");
    CAF_CHECK_EQUAL(describe(end.failure),
                    "the source of its audio had none for 50ms (pool.audio-timeout)");
    CAF_CHECK_EQUAL(note(), "r-1: one");
    CAF_CHECK_EQUAL(note(), "interrupt r-1");
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST(a piece of another request is ignored) {
    open_to(noting());
    channel->send_piece("r-0", {"early", true});
    channel->begin_stream("r-1");
    channel->send_piece("r-0", {"late", true});
    channel->send_piece("r-1", {"one", true});
    CAF_CHECK_EQUAL(note(), "r-1: one (end)");
    next<audio_wanted>();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
}

CAF_TEST(an interrupted stream ends at once and the next one begins) {
    open_to(noting());
    channel->begin_stream("r-1");
    channel->send_piece("r-1", {"one", false});
    channel->interrupt();
    channel->send_piece("r-1", {"two", false});
    channel->begin_stream("r-2");
    channel->send_piece("r-2", {"three", true});
    CAF_CHECK_EQUAL(note(), "r-1: one");
    CAF_CHECK_EQUAL(note(), "interrupt r-1");
    CAF_CHECK_EQUAL(note(), "r-2: three (end)");
    std::vector<std::string> ended;
    while (ended.size() < 2) {
        const auto event = events.take();
        CAF_REQUIRE(event.has_value());
        if (const auto* end = std::get_if<exchange_finished>(&*event))
            ended.push_back(end->request_id);
        else // A piece may have been written before the interrupt.
            CAF_CHECK_EQUAL(std::get<audio_wanted>(*event).request_id,
                            ended.empty() ? "r-1" : "r-2");
    }
    CAF_CHECK_EQUAL(ended, (std::vector<std::string>{"r-1", "r-2"}));
}

CAF_TEST(a stream that is interrupted before its first piece is nothing to the service) {
    open_to(noting());
    channel->begin_stream("r-1");
    channel->interrupt();
    next<audio_wanted>();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK_EQUAL(note(), "r-2: a (end)");
    next<exchange_finished>();
}

CAF_TEST(a service that reads nothing is sent no further piece) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message&) {
        transport::faults_of(peer).go_silent();
    };
    open_to(std::move(script));
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->send_piece("r-1", {"one", false});
    next<audio_wanted>();
    channel->send_piece("r-1", {std::string(64 << 20, 'a'), false}); // More than kernels hold.
    channel->close(close_reason::normal);
    next<channel_closed>(); // And no further piece was wanted before.
}

CAF_TEST(frames come while audio still goes out) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        protocol::response_animation frame;
        frame.req_id = audio.req_id;
        frame.end = audio.end;
        frame.animation = audio.audio;
        tests::send(peer, frame);
    };
    open_to(std::move(script));
    channel->begin_stream("r-1", frame_credit{100, 100'000});
    next<audio_wanted>();
    for (const auto* bytes : {"one", "two"}) {
        channel->send_piece("r-1", {bytes, false});
        std::size_t frames = 0;
        for (int i = 0; i < 2; ++i) { // The frame and the wish for more, in any order.
            const auto event = events.take();
            CAF_REQUIRE(event.has_value());
            if (const auto* some = std::get_if<animation_frames>(&*event))
                frames += some->frames.size();
        }
        CAF_CHECK_EQUAL(frames, 1u);
    }
    channel->send_piece("r-1", {"three", true});
    CAF_CHECK_EQUAL(next<animation_frames>().frames.size(), 1u);
    CAF_CHECK_EQUAL(next<exchange_finished>().frames, 3u);
}

CAF_TEST(with an egress a stream is over when its last piece is sent) {
    open_to_egress();
    for (const std::string id : {"r-1", "r-2"}) {
        channel->begin_stream(id, frame_credit{100, 100'000});
        for (const std::string bytes : {"one", "two"}) {
            CAF_CHECK_EQUAL(next<audio_wanted>().request_id, id);
            channel->send_piece(id, {bytes, false});
            CAF_CHECK_EQUAL(note(), id + ": " + bytes);
        }
        next<audio_wanted>();
        channel->send_piece(id, {id == "r-1" ? "three" : "", true});
        const auto end = next<exchange_finished>(); // The next event: no frames before it.
        CAF_CHECK_EQUAL(note(), id + ": " + (id == "r-1" ? "three" : "") + " (end)");
        CAF_CHECK_EQUAL(end.request_id, id);
        CAF_CHECK(!end.failure);
        CAF_CHECK_EQUAL(end.frames, 0u);
        CAF_CHECK_EQUAL(end.late_frames, 0u);
        CAF_CHECK(end.first_frame == 0ns);
        CAF_CHECK(end.first_frame_after_last == 0ns);
    }
    check_alive(); // The next event: no further audio is wanted.
}

CAF_TEST(with an egress a stream needs no credit) {
    open_to_egress();
    channel->begin_stream("r-1", frame_credit{0, 0});
    next<audio_wanted>();
    channel->send_piece("r-1", {"one", true});
    CAF_CHECK(!next<exchange_finished>().failure);
    CAF_CHECK_EQUAL(note(), "r-1: one (end)");
    check_alive(); // What comes is read again.
}

CAF_TEST(with an egress a stream that has no audio for too long ends) {
    open_to_egress(nullptr, 50ms);
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->send_piece("r-1", {"one", false});
    next<audio_wanted>();
    CAF_CHECK_EQUAL(tests::code(next<exchange_finished>().failure), "audioTimeout");
    CAF_CHECK_EQUAL(note(), "r-1: one");
    CAF_CHECK_EQUAL(note(), "interrupt r-1");
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST(with an egress an abandoned stream waits for nobody) {
    open_to_egress();
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->abandon(); // Nothing to the service, as none of it has gone out.
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    channel->begin_stream("r-2");
    next<audio_wanted>();
    channel->send_piece("r-2", {"one", false});
    next<audio_wanted>();
    channel->abandon();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-2");
    CAF_CHECK_EQUAL(note(), "r-2: one");
    CAF_CHECK_EQUAL(note(), "interrupt r-2");
}

CAF_TEST(with an egress a refused stream fails while it is spoken) {
    open_to_egress(refuse);
    channel->begin_stream("r-1");
    next<audio_wanted>();
    channel->send_piece("r-1", {"one", false});
    const auto end = next_end();
    CAF_CHECK_EQUAL(end.failure.request_id, "r-1");
    CAF_CHECK_EQUAL(end.failure.server_code, 3);
    channel->send_piece("r-1", {"two", true}); // Spoken before the refusal was known.
    channel->begin_stream("r-2");
    next<audio_wanted>();
    channel->send_piece("r-2", {"three", true});
    CAF_CHECK_EQUAL(note(), "r-1: one");
    CAF_CHECK_EQUAL(note(), "r-2: three (end)");
}

CAF_TEST(with an egress an error for a stream that is over is not its result) {
    open_to_egress([this](transport::peer& peer, const protocol::message& message) {
        ends.take();
        refuse(peer, message);
    });
    for (const std::string id : {"r-1", "r-2"}) {
        channel->begin_stream(id);
        next<audio_wanted>();
        channel->send_piece(id, {"one", true});
        const auto end = next<exchange_finished>();
        CAF_CHECK_EQUAL(end.request_id, id);
        CAF_CHECK(!end.failure);
        ends.put(id);
        check_alive(); // The session has got the error, and goes on.
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
