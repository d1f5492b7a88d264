#include "tests/transport/channel_fixture.hpp"

#include <atomic>
#include <numeric>

#define CAF_SUITE channel_requests

using namespace avatar;
using namespace std::chrono_literals;
using tests::service_script;

namespace {

using protocol::audio_input;
using protocol::client_interrupt;

/// What a service heard of a request, in words.
std::string heard(const protocol::message& message) {
    if (const auto* audio = std::get_if<audio_input>(&message))
        return std::string(audio->req_id) + ": " + std::string(audio->audio) +
               (audio->end ? "." : "");
    if (const auto* interrupt = std::get_if<client_interrupt>(&message))
        return std::string(interrupt->req_id) + " interrupted";
    return "something else";
}

struct channel_requests_fixture : tests::channel_fixture {
    /// A service that notes what it hears and leaves the answer to `answer`.
    service_script noting(std::function<void(transport::peer&, const protocol::message&)> answer) {
        service_script script;
        script.request = [this, answer = std::move(answer)](transport::peer& peer,
                                                            const protocol::message& message) {
            notes.put(heard(message));
            answer(peer, message);
        };
        return script;
    }

    tests::inbox<std::string> notes;
};

void ignore(transport::peer&, const protocol::message&) {}

/// `count` pieces of one byte.
audio_clip stream_of(std::size_t count, nanoseconds interval) {
    std::vector<std::uint64_t> ends(count);
    std::iota(ends.begin(), ends.end(), 1);
    return audio_clip(std::string(count, 'x'), std::move(ends), interval);
}

/// "abc" in three pieces, the second empty, 1 ms apart.
audio_clip pieces() {
    return audio_clip("abc", {1, 1, 3}, 1ms);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_request_tests, channel_requests_fixture)

CAF_TEST(a clip in pieces goes out piece by piece and empty ones are left out) {
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        if (const auto& audio = std::get<audio_input>(m); audio.end)
            tests::send_frames(peer, audio.req_id, 2);
    }));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", pieces());
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(end.frames, 2u);
    CAF_CHECK(end.first_frame >= 2ms); // The last piece was due only then.
    CAF_CHECK(end.first_frame_after_last > 0ms);
    CAF_CHECK(end.first_frame_after_last < end.first_frame);
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: bc.");
}

CAF_TEST(a clip in another format than the sessions is refused and the next one is sent) {
    using protocol::audio_format;
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        tests::send_frames(peer, std::get<audio_input>(m).req_id, 1);
    }));
    auto settings = settings_for(service);
    settings.audio = {audio_format::pcm_s16le, 24'000};
    open(settings);
    next<channel_opened>();
    const std::vector<std::pair<clip_format, std::string>> others{
        {{audio_format::pcm_s16le, 16'000}, "PCM at 16000 Hz"},
        {{audio_format::ogg_opus, 24'000}, "Ogg Opus at 24000 Hz"}};
    for (const auto& [format, name] : others) {
        channel->send("r-1", audio_clip("a", format));
        const auto refused = next<exchange_finished>();
        CAF_CHECK_EQUAL(refused.request_id, "r-1");
        CAF_CHECK_EQUAL(tests::code(refused.failure), "invalidRequest");
        CAF_CHECK_EQUAL(describe(refused.failure),
                        "the clip is " + name +
                            ": expected PCM at 24000 Hz, as its connection was opened for");
        CAF_CHECK_EQUAL(refused.failure.request_id, "r-1");
        CAF_CHECK_EQUAL(refused.failure.connection_id, "connection-1");
    }
    channel->send("r-2", audio_clip("b", settings.audio));
    CAF_CHECK(!next<exchange_finished>().failure);
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-2: b.");
    channel->send("r-3", audio_clip()); // No audio is in any format.
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST(a stream whose last piece is empty still says that it ends) {
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        if (const auto& audio = std::get<audio_input>(m); audio.end)
            tests::send_frames(peer, audio.req_id, 1);
    }));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a", {1, 1}, 1ms));
    next<exchange_finished>();
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: .");
}

CAF_TEST(frames arrive while the audio still goes out) {
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        const auto& audio = std::get<audio_input>(m);
        tests::send(peer, protocol::response_animation{.connection_id = "connection-1",
                                                       .req_id = audio.req_id,
                                                       .end = audio.end,
                                                       .animation = "pixels",
                                                       .body = {}});
    }));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 300ms)); // A busy machine takes less.
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(end.frames, 2u);
    CAF_CHECK(end.first_frame > 0ms);
    CAF_CHECK(end.first_frame < end.duration);
    CAF_CHECK(end.first_frame_after_last == 0ms);
}

CAF_TEST(a service that ends the request early gets no more of its audio) {
    const std::vector<std::function<void(transport::peer&, std::string_view)>> ends{
        [](transport::peer& peer, std::string_view id) { tests::send_frames(peer, id, 1); },
        [](transport::peer& peer, std::string_view id) {
            tests::send(peer, protocol::server_error{"connection-1", id, 3, "bad audio"});
        }};
    for (const auto& end : ends) {
        tests::local_service service(noting([&](transport::peer& peer, const protocol::message& m) {
            const auto& audio = std::get<audio_input>(m);
            if (audio.req_id == "r-1")
                end(peer, audio.req_id);
            else if (audio.end)
                tests::send_frames(peer, audio.req_id, 1);
        }));
        open(settings_for(service));
        next<channel_opened>();
        auto ended = std::move(channel);
        ended->send("r-1", stream_of(2, 400ms)); // In which a busy machine answers too.
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");

        // On the same thread, and longer than r-1 would take from now on.
        open(settings_for(service));
        next<channel_opened>();
        channel->send("meanwhile", stream_of(2, 500ms));
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "meanwhile");

        ended->send("r-2", audio_clip("c"));
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-2");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: x");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "meanwhile: x");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "meanwhile: x.");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "r-2: c.");
        ended->close(close_reason::normal);
        next<channel_closed>();
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(an interrupt overtakes the audio that is queued) {
    tests::local_service service(noting(ignore));
    open_and(settings_for(service), [this] {
        channel->send("r-1", stream_of(3, 0ms)); // All due at once.
        channel->interrupt();
        channel->send("r-2", stream_of(2, 0ms));
    });
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: x"); // Was being written.
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-2: x");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-2: x.");
}

CAF_TEST(a request of which nothing has gone out is over without a word) {
    for (const bool gives_up : {false, true}) {
        tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
            if (const auto* audio = std::get_if<audio_input>(&m); audio && audio->req_id == "r-3")
                tests::send_frames(peer, "r-3", 1);
        }));
        open_and(settings_for(service), [this, gives_up] {
            channel->send("r-1", stream_of(3, 0ms));
            channel->interrupt();
            channel->send("r-2", stream_of(3, 0ms)); // Behind what is being written.
            gives_up ? channel->abandon() : channel->interrupt();
        });
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-2");
        channel->send("r-3", audio_clip("c"));
        CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-3");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: x");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
        CAF_CHECK_EQUAL(notes.take().value_or(""), "r-3: c.");
        channel->close(close_reason::normal);
        next<channel_closed>();
    }
}

CAF_TEST(what was written of a stopped request does not end the next of that name) {
    tests::local_service service(noting(ignore));
    auto settings = settings_for(service);
    settings.egress.agora.channel_name = "channel";
    open_and(settings, [this] {
        channel->send("r-1", audio_clip("a"));
        channel->interrupt();
        channel->send("r-1", audio_clip("bc", {1, 2}, 5ms));
    });
    next<exchange_finished>();
    const auto end = next<exchange_finished>();
    CAF_CHECK(end.duration >= 5ms); // When its own last piece is written.
    for (const std::string line : {"r-1: a.", "r-1 interrupted", "r-1: b", "r-1: c."})
        CAF_CHECK_EQUAL(notes.take().value_or(""), line);
}

CAF_TEST(an interrupt while frames arrive ends the request at once and the next one goes on) {
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        if (const auto* audio = std::get_if<audio_input>(&m); audio && audio->req_id == "r-2") {
            tests::send_frames(peer, "r-1", 3); // What was still under way.
            tests::send_frames(peer, "r-2", 4);
        }
    }));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a.");
    channel->interrupt();
    const auto interrupted = next<exchange_finished>();
    CAF_CHECK_EQUAL(interrupted.request_id, "r-1");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
    channel->send("r-2", audio_clip("b"));
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(end.request_id, "r-2");
    CAF_CHECK_EQUAL(end.frames, 4u);
    CAF_CHECK_EQUAL(end.late_frames, 3u);
}

CAF_TEST(an interrupt while streaming sends no further piece) {
    tests::local_service service(noting(ignore));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a");
    channel->interrupt();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
    channel->interrupt(); // Nothing is under way: nothing is said.
    channel->close(close_reason::normal);
    next<channel_closed>();
}

CAF_TEST(a cancelled request is interrupted and waits for the service) {
    tests::local_service service(noting([](transport::peer& peer, const protocol::message& m) {
        if (const auto* interrupt = std::get_if<client_interrupt>(&m))
            tests::send_frames(peer, interrupt->req_id, 1);
    }));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"));
    channel->abandon();
    const auto end = next<exchange_finished>();
    CAF_CHECK_EQUAL(end.frames, 0u);
    CAF_CHECK_EQUAL(end.late_frames, 1u);
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a.");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
}

CAF_TEST(closing in the middle of a stream ends it) {
    tests::local_service service(noting(ignore));
    open(settings_for(service));
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a");
    channel->close(close_reason::normal);
    CAF_CHECK(!next<channel_closed>().failure);
}

CAF_TEST(with an egress a request is over when its audio is sent) {
    tests::local_service service(noting(ignore));
    auto settings = settings_for(service);
    settings.egress.agora.channel_name = "channel";
    open(settings);
    next<channel_opened>();
    for (const std::string id : {"r-1", "r-2"}) {
        channel->send(id, audio_clip("speech"));
        const auto end = next<exchange_finished>();
        CAF_CHECK_EQUAL(end.request_id, id);
        CAF_CHECK(!end.failure);
        CAF_CHECK_EQUAL(end.frames, 0u);
        CAF_CHECK(end.first_frame == 0ns);
        CAF_CHECK_EQUAL(notes.take().value_or(""), id + ": speech.");
    }
}

CAF_TEST(with an egress a cancelled request waits for nobody) {
    tests::local_service service(noting(ignore));
    auto settings = settings_for(service);
    settings.egress.agora.channel_name = "channel";
    open(settings);
    next<channel_opened>();
    channel->send("r-1", audio_clip("ab", {1, 2}, 1h));
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1: a");
    channel->abandon();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    CAF_CHECK_EQUAL(notes.take().value_or(""), "r-1 interrupted");
}

CAF_TEST_FIXTURE_SCOPE_END()
