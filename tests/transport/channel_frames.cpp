// The frames of a request that asks for them, over real sockets.
#include "tests/transport/raw_channel_fixture.hpp"

#include <string>
#include <vector>

#define CAF_SUITE channel_frames

using namespace avatar;
using namespace std::chrono_literals;
using tests::code;
using tests::local_service;
using tests::service_script;

namespace {

constexpr frame_credit plenty{1'000'000, 1'000'000'000};

/// The number `i` of `count` frames; those that are large fill the kernel's buffers.
std::string numbered_frame(std::string_view id, int i, int count, std::size_t size) {
    const auto pixels = std::to_string(i) + std::string(size, 'x');
    protocol::response_animation frame;
    frame.connection_id = "connection-1";
    frame.req_id = id;
    frame.end = i == count;
    frame.animation = pixels;
    return protocol::encode(frame);
}

struct channel_frames_fixture : tests::raw_channel_fixture {
    void open_to(
        service_script script, const std::function<void(transport::channel_settings&)>& adjust =
                                   [](transport::channel_settings&) {}) {
        service.emplace(std::move(script));
        auto settings = settings_for(*service);
        adjust(settings);
        open(settings);
        next<channel_opened>();
    }

    /// To a service that answers the first audio ("a") and the last with a frame each.
    /// `on_event` is called on the thread that keeps the time.
    void open_to_first_and_last(std::chrono::milliseconds sink_timeout,
                                std::function<void(const channel_event&)> on_event) {
        service_script script;
        script.request = [](transport::peer& peer, const protocol::message& message) {
            const auto& audio = std::get<protocol::audio_input>(message);
            if (audio.audio == "a" || audio.end)
                peer.send(std::make_shared<const std::string>(
                    numbered_frame(audio.req_id, audio.end ? 2 : 1, 2, 100)));
        };
        service.emplace(std::move(script));
        auto settings = settings_for(*service);
        settings.sink_timeout = sink_timeout;
        channel = transport::make_avatar_channels(io, settings)(
            [this, on_event = std::move(on_event)](channel_event event) {
                on_event(event);
                events.put(std::move(event));
            });
        channel->open();
        next<channel_opened>();
    }

    /// So many frames of that request at least, all that came by then.
    std::vector<std::string> take_frames(const std::string& id, std::size_t count) {
        std::vector<std::string> all;
        while (all.size() < count) {
            const auto some = next<animation_frames>();
            CAF_CHECK_EQUAL(some.request_id, id);
            CAF_CHECK(!some.frames.empty());
            for (std::size_t i = 0; i < some.frames.size(); ++i)
                all.emplace_back(some.frames[i]);
        }
        return all;
    }

    std::optional<local_service> service;
};

/// Answers each request with `count` frames.
service_script answer_with(int count) {
    service_script script;
    script.request = [=](transport::peer& peer, const protocol::message& message) {
        if (const auto* audio = std::get_if<protocol::audio_input>(&message); audio && audio->end)
            for (int i = 1; i <= count; ++i)
                peer.send(std::make_shared<const std::string>(
                    numbered_frame(audio->req_id, i, count, 100)));
    };
    return script;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_frames_tests, channel_frames_fixture)

CAF_TEST(frames come byte for byte and in order before the end of their request) {
    constexpr int count = 200;
    open_to(answer_with(count));
    for (const auto* id : {"r-1", "r-2"}) {
        channel->send(id, audio_clip("a"), plenty);
        const auto frames = take_frames(id, count);
        CAF_REQUIRE_EQUAL(frames.size(), std::size_t{count});
        for (int i = 1; i <= count; ++i)
            CAF_CHECK(frames[i - 1] == numbered_frame(id, i, count, 100));
        const auto end = next<exchange_finished>();
        CAF_CHECK_EQUAL(end.request_id, id);
        CAF_CHECK_EQUAL(end.frames, std::uint64_t{count});
    }
}

CAF_TEST(a request that does not ask for frames gets none) {
    open_to(answer_with(3));
    channel->send("r-1", audio_clip("a"), plenty);
    take_frames("r-1", 3);
    next<exchange_finished>();
    channel->send("r-2", audio_clip("a"));
    CAF_CHECK_EQUAL(next<exchange_finished>().frames, 3u);
}

CAF_TEST(frames that came before a failure are told before it) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        peer.send(std::make_shared<const std::string>(numbered_frame(audio.req_id, 1, 9, 100)));
        protocol::server_error error;
        error.req_id = audio.req_id;
        error.code = 99;
        error.message = "no more";
        tests::send(peer, error);
    };
    open_to(std::move(script));
    channel->send("r-1", audio_clip("a"), plenty);
    CAF_CHECK_EQUAL(take_frames("r-1", 1).size(), 1u);
    CAF_CHECK(next<exchange_finished>().failure);
}

CAF_TEST(without credit nothing more comes and with it all comes) {
    constexpr int count = 50;
    open_to(answer_with(count));
    channel->send("r-1", audio_clip("a"), frame_credit{7, 1'000'000});
    auto frames = take_frames("r-1", 7);
    CAF_CHECK_EQUAL(frames.size(), 7u);
    for (int granted = 7; granted < count;) {
        const auto more = std::min(20, count - granted);
        channel->grant("r-1", {static_cast<std::uint64_t>(more), 0});
        const auto some = take_frames("r-1", more);
        CAF_CHECK_EQUAL(some.size(), static_cast<std::size_t>(more));
        frames.insert(frames.end(), some.begin(), some.end());
        granted += more;
    }
    next<exchange_finished>();
    CAF_REQUIRE_EQUAL(frames.size(), std::size_t{count});
    for (int i = 1; i <= count; ++i)
        CAF_CHECK(frames[i - 1] == numbered_frame("r-1", i, count, 100));
}

CAF_TEST(a service waits while there is no credit and other connections do not ) {
    constexpr int count = 300;
    constexpr std::size_t large = 100'000; // In all, more than the kernel's buffers hold.
    tests::inbox<bool> all_written;
    tests::raw_service stalled([&](tests::raw_service&, tests::raw_service::websocket& ws) {
        boost::beast::flat_buffer audio;
        ws.read(audio);
        ws.binary(true);
        for (int i = 1; i <= count; ++i)
            ws.write(boost::asio::buffer(numbered_frame("r-1", i, count, large)));
        all_written.put(true);
        ws.read(audio);
    });
    open(settings_of(stalled, 30s));
    next<channel_opened>();
    channel->send("r-1", audio_clip("a"), frame_credit{1'000, 250'000});
    CAF_CHECK_EQUAL(take_frames("r-1", 3).size(), 3u); // The last goes beyond the bytes.
    const auto without_credit = std::move(channel);

    open_to(answer_with(3)); // On the same thread.
    channel->send("other", audio_clip("a"), plenty);
    CAF_CHECK_EQUAL(take_frames("other", 3).size(), 3u);
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "other");
    CAF_CHECK(!all_written.take(0s));

    without_credit->grant("r-1", plenty);
    CAF_CHECK_EQUAL(take_frames("r-1", count - 3).size(), std::size_t{count - 3});
    CAF_CHECK_EQUAL(next<exchange_finished>().frames, std::uint64_t{count});
    CAF_CHECK(all_written.take().has_value());
}

CAF_TEST(credit for another request is ignored) {
    open_to(answer_with(3));
    channel->grant("r-1", plenty); // None is under way.
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    channel->grant("r-0", plenty);
    channel->grant("", plenty);
    channel->grant("r-1", {1, 0});
    CAF_CHECK_EQUAL(take_frames("r-1", 1).size(), 1u);
    channel->grant("r-1", {1, 0});
    CAF_CHECK_EQUAL(take_frames("r-1", 1).size(), 1u);
    next<exchange_finished>();
}

CAF_TEST(a request without credit can be interrupted or abandoned) {
    open_to(answer_with(20));
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    channel->interrupt();
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "r-1");
    channel->send("r-2", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-2", 1);
    channel->abandon();
    const auto abandoned = next<exchange_finished>();
    CAF_CHECK_EQUAL(abandoned.request_id, "r-2");
    CAF_CHECK_EQUAL(abandoned.late_frames, 19u + 19u);
    channel->send("r-3", audio_clip("a"), plenty);
    CAF_CHECK_EQUAL(take_frames("r-3", 20).size(), 20u);
}

CAF_TEST(the session hears when reading is paused and when it goes on) {
    open_to(answer_with(20));
    channel->send("r-1", audio_clip("a"), frame_credit{5, 1'000'000});
    std::size_t frames = 0;
    bool paused = false;
    while (frames < 5 || !paused) {
        const auto event = events.take();
        CAF_REQUIRE(event.has_value());
        if (const auto* some = std::get_if<animation_frames>(&*event))
            frames += some->frames.size();
        else
            paused = std::get<reading_paused>(*event).paused;
    }
    CAF_CHECK_EQUAL(frames, 5u);
    channel->grant("r-1", plenty);
    const auto resumed = next<reading_paused>();
    CAF_CHECK(!resumed.paused);
    CAF_CHECK_EQUAL(resumed.request_id, "r-1");
    CAF_CHECK_EQUAL(take_frames("r-1", 15).size(), 15u);
    next<exchange_finished>();
}

CAF_TEST(a service that closes while there is no credit is found with the next credit) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        peer.send(std::make_shared<const std::string>(numbered_frame(audio.req_id, 1, 2, 100)));
        peer.close(4000, "enough");
    };
    open_to(std::move(script), [](auto& settings) { settings.close_timeout = 100ms; });
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    channel->grant("r-1", plenty);
    const auto closed = next<channel_closed>();
    CAF_CHECK_EQUAL(closed.failure.close_code, 4000u);
    CAF_CHECK_EQUAL(closed.failure.close_reason, "enough");
}

CAF_TEST(frames come though the same read brings the end of the session) {
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        const auto& audio = std::get<protocol::audio_input>(message);
        for (int i = 1; i <= 3; ++i)
            peer.send(
                std::make_shared<const std::string>(numbered_frame(audio.req_id, i, 20, 100)));
        tests::send(peer, protocol::server_error{"", "", 4001, "credits exhausted"});
    };
    open_to(std::move(script));
    channel->send("r-1", audio_clip("a"), plenty);
    CAF_CHECK_EQUAL(take_frames("r-1", 3).size(), 3u);
    CAF_CHECK_EQUAL(code(next<channel_closed>().failure), "creditsExhausted");
}

CAF_TEST(without credit but with nothing to read the session does not wait for its sink) {
    open_to_first_and_last(100ms, [this](const channel_event& event) {
        const auto* paused = std::get_if<reading_paused>(&event);
        if (paused && paused->paused)
            channel->grant("r-1", plenty);
    });
    channel->send("r-1", audio_clip("abcd", {1, 2, 3, 4}, 100ms), frame_credit{1, 1'000});
    CAF_CHECK_EQUAL(take_frames("r-1", 2).size(), 2u);
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST(a session without credit can be closed) {
    open_to(answer_with(20));
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    channel->close(close_reason::normal);
    for (;;) { // The request may still end, but no frame of it comes any more.
        auto event = events.take();
        CAF_REQUIRE(event.has_value());
        CAF_CHECK(!std::holds_alternative<animation_frames>(*event));
        if (const auto* closed = std::get_if<channel_closed>(&*event)) {
            CAF_CHECK_EQUAL(code(closed->failure), "none");
            break;
        }
    }
}

CAF_TEST(a session outlives many times the silence that it bears while there is no credit) {
    open_to(answer_with(20), [](auto& settings) { settings.keepalive = 100ms; });
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    const auto without_credit = std::move(channel);
    // On the same thread; how long it takes does not depend on the machine.
    service_script script;
    script.request = [](transport::peer& peer, const protocol::message& message) {
        if (const auto& audio = std::get<protocol::audio_input>(message); audio.end)
            tests::send_frames(peer, audio.req_id, 1);
    };
    local_service clock(std::move(script));
    open(settings_for(clock));
    next<channel_opened>();
    channel->send("clock", audio_clip("abc", {1, 2, 3}, 400ms));
    CAF_CHECK_EQUAL(next<exchange_finished>().request_id, "clock");
    without_credit->grant("r-1", plenty);
    CAF_CHECK_EQUAL(take_frames("r-1", 19).size(), 19u);
    next<exchange_finished>();
}

CAF_TEST(a request that has no credit for too long fails and its session goes on) {
    open_to(answer_with(20), [](auto& settings) { settings.sink_timeout = 50ms; });
    channel->send("r-1", audio_clip("a"), frame_credit{1, 1'000});
    take_frames("r-1", 1);
    const auto failed = next<exchange_finished>();
    CAF_CHECK_EQUAL(failed.request_id, "r-1");
    CAF_CHECK_EQUAL(code(failed.failure), "sinkTooSlow");
    CAF_CHECK_EQUAL(describe(failed.failure), "the receiver of its frames took none for 50ms "
                                              "while more waited (pool.sink-timeout)");
    channel->send("r-2", audio_clip("a"));
    const auto next_one = next<exchange_finished>();
    CAF_CHECK(!next_one.failure);
    CAF_CHECK_EQUAL(next_one.late_frames, 19u);
}

CAF_TEST(a request that gets credit in time may take longer than the sink timeout) {
    open_to_first_and_last(50ms, [this](const channel_event& event) {
        if (std::holds_alternative<animation_frames>(event))
            channel->grant("r-1", {1, 1'000});
    });
    channel->send("r-1", audio_clip("abc", {1, 2, 3}, 60ms), frame_credit{1, 1'000});
    CAF_CHECK_EQUAL(take_frames("r-1", 2).size(), 2u);
    CAF_CHECK(!next<exchange_finished>().failure);
}

CAF_TEST_FIXTURE_SCOPE_END()
