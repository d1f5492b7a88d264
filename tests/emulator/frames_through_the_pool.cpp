// That the frames of every request reach its sink byte for byte, from the emulator's
// socket through channel, session and pool, on threads and with little credit at a time.
#include "actors/actor_runtime.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "emulator/emulator.hpp"
#include "protocol/wire.hpp"
#include "tests/support/inbox.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <mutex>
#include <string>

#define CAF_SUITE frames_through_the_pool
#include "caf/test/dsl.hpp"

using namespace avatar;
using namespace std::chrono_literals;

namespace {

constexpr int requests = 40;

/// Bytes by request, from several threads.
class transcript {
public:
    void add(const std::string& request_id, std::string_view bytes) {
        const std::lock_guard lock(mutex_);
        of_[request_id] += bytes;
    }

    std::map<std::string, std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::move(of_);
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::string> of_;
};

frame_sink_actor::behavior_type note(frame_sink_actor::pointer, transcript* taken) {
    return {[=](const animation_frames& some) {
        if (!some.frames.empty())
            taken->add(some.request_id, some.frames.bytes());
        return frame_credit{some.frames.size(), some.frames.bytes().size()};
    }};
}

/// Says a second of silence in ten pieces, for each request.
caf::behavior speak(caf::stateful_actor<std::map<std::string, int>>* self) {
    return {[self](const next_audio& asked) {
        auto& said = self->state[asked.request_id];
        return audio_piece{std::string(3'200, '\0'), ++said == 10};
    }};
}

} // namespace

CAF_TEST(every sink gets what the service has sent for its request) {
    transcript sent;
    transcript taken;
    tests::inbox<audio_result> results; // Outlive the threads, which put into them.
    config::emulator_settings values;
    values.first_frame = 0;
    values.frame_interval = 0ms;
    values.frame_bytes = 3'000;
    transport::io_runtime service_thread(1);
    emulator::emulator service(
        service_thread.next(), values, {.on_message_sent = [&](std::string_view bytes) {
            const auto m = protocol::decode(bytes);
            if (const auto* frame = std::get_if<protocol::response_animation>(&*m))
                sent.add(std::string(frame->req_id), bytes);
        }});

    const auto keys = service.known().first();
    transport::channel_settings channels;
    channels.service.api_key = keys.api_key;
    channels.service.app_id = keys.app_id;
    channels.service.avatar_id = keys.avatar_id;
    channels.service.console_endpoint = service.console_endpoint();
    channels.service.ingress_endpoint = service.ingress_endpoint();
    channels.session_ttl = 10min;
    channels.keepalive = 30s;
    config::pool_settings settings;
    settings.size = 4;
    transport::io_runtime io(2);
    actor_runtime config(io);
    caf::actor_system system(config);
    caf::scoped_actor self(system);
    const auto pool =
        spawn_pool(system, {settings, transport::make_avatar_channels(io, channels), {}});
    self->send(pool, open_pool{});

    const auto sink = system.spawn(note, &taken);
    const auto source = system.spawn(speak);
    const auto caller = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](audio_result& result) { results.put(std::move(result)); }};
    });
    for (int i = 0; i < requests; ++i) {
        audio_request request;
        request.request_id = "r-" + std::to_string(i);
        request.sink = sink;
        request.window = {3, 7'000};
        if (i % 2 == 0)
            request.audio = audio_clip(std::string(32'000, '\0'));
        else
            request.source = caf::actor_cast<audio_source_actor>(source);
        caf::send_as(caller, pool, std::move(request));
    }
    for (int i = 0; i < requests; ++i) {
        const auto result = results.take();
        CAF_REQUIRE(result.has_value());
        CAF_CHECK_EQUAL(describe(result->failure), describe(protocol::failure()));
    }
    self->request(pool, 30s, close_pool{})
        .receive([](const pool_closed&) {},
                 [](const caf::error&) { CAF_ERROR("the pool did not close"); });
    // Behind the last frames, which were sent before the last result.
    self->request(sink, 30s, animation_frames{"none", {}})
        .receive([](const frame_credit&) {},
                 [](const caf::error&) { CAF_ERROR("the sink did not answer"); });
    for (const auto& each : {caf::actor_cast<caf::actor>(sink), source, caller})
        self->send_exit(each, caf::exit_reason::user_shutdown);
    const auto expected = sent.take();
    CAF_CHECK_EQUAL(expected.size(), static_cast<std::size_t>(requests));
    CAF_CHECK(taken.take() == expected);
}
