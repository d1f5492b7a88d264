// A conversation with live audio: three turns on one session, each spoken in real time
// from a file as from a microphone, and its frames written to a file as they come. The
// second turn is interrupted half-way, and the next begins at once.
//   example-conversation [SPEECH.wav [FRAMES]]
// Runs on an emulator of its own; put your service's address in the place of `address_of`.

#include "actors/actor_runtime.hpp"
#include "actors/pool/session_lease.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "audio/clip.hpp"
#include "emulator/emulator.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace avatar;
using namespace std::chrono_literals;

namespace {

config::service_settings address_of(const emulator::emulator& service) {
    config::service_settings address;
    address.api_key = service.known().first().api_key;
    address.app_id = service.known().first().app_id;
    address.avatar_id = service.known().first().avatar_id;
    address.console_endpoint = service.console_endpoint();
    address.ingress_endpoint = service.ingress_endpoint();
    return address;
}

/// What has been said of a turn, and the question that is to be answered next.
struct speech {
    std::string request_id;
    caf::actor_clock::time_point began;
    std::size_t said = 0; // Pieces.
    std::uint64_t question = 0;
    caf::typed_response_promise<audio_piece> answer;
};

/// Speaks the clip once a turn: a piece when it is asked for one, though not before the
/// moment in which a microphone would have it. This is where your own audio comes in.
caf::behavior speaker(caf::stateful_actor<speech>* self, const audio_clip& clip) {
    return {
        [=](const next_audio& asked) {
            auto& now = self->state;
            if (asked.request_id != now.request_id)
                now = {asked.request_id, self->clock().now(), 0, now.question, {}};
            now.answer = self->make_response_promise<audio_piece>();
            const auto due = now.began + clip.interval() * (now.said + 1);
            self->scheduled_send(self, due, ++now.question);
            return now.answer;
        },
        [=](std::uint64_t question) {
            auto& now = self->state;
            if (question != now.question)
                return; // Of a turn that was interrupted.
            const std::string piece(clip.piece(now.said));
            const bool last = ++now.said == clip.pieces();
            now.answer.deliver(audio_piece{piece, last});
        },
    };
}

/// Writes frames, each after its size as four bytes, least first. Takes more when it has
/// written what it has.
frame_sink_actor::behavior_type writer(frame_sink_actor::pointer,
                                       const std::shared_ptr<std::ofstream>& file) {
    return {[=](const animation_frames& some) {
        for (std::size_t i = 0; i < some.frames.size(); ++i) {
            const auto frame = some.frames[i];
            for (int shift = 0; shift < 32; shift += 8)
                file->put(static_cast<char>(frame.size() >> shift));
            *file << frame;
        }
        return frame_credit{some.frames.size(), some.frames.bytes().size()};
    }};
}

struct speakers {
    pool_actor pool;
    audio_source_actor source;
    frame_sink_actor sink;
};

/// One turn, then the next. The lease lives in the continuation: after the last turn
/// nobody holds it, and the session is back in the pool.
void take_turn(caf::event_based_actor* self, const speakers& all, session_lease lease, int turn) {
    auto request = lease.request(all.source);
    request.sink = all.sink;
    if (turn == 2)
        self->delayed_send(all.pool, 1s, interrupt_request{request.request_id});
    auto held = std::make_shared<session_lease>(std::move(lease)); // A handler can be copied.
    self->request(all.pool, caf::infinite, std::move(request))
        .then([=](const audio_result& result) {
            std::cout << "turn " << turn << ": " << result.frames << " frames, "
                      << (result.ok() ? "to its end" : describe(result.failure)) << '\n';
            if (turn < 3 && (result.ok() || result.interrupted()))
                take_turn(self, all, std::move(*held), turn + 1);
        });
}

void conversation(caf::event_based_actor* self, const speakers& all) {
    with_session(
        self, all.pool, "conversation",
        [=](session_lease lease) { take_turn(self, all, std::move(lease), 1); },
        [](const protocol::failure& why) { std::cout << "no session: " << describe(why) << '\n'; });
}

void run(const std::string& speech_file, const std::string& frames_file) {
    transport::io_runtime service_thread(1);
    emulator::emulator service(service_thread.next(), config::emulator_settings{});

    config::audio_settings audio;
    audio.file = speech_file; // Empty: the clip built in.
    audio.chunk = 40ms;
    const auto speech = audio::load(audio);
    const auto frames = std::make_shared<std::ofstream>(frames_file, std::ios::binary);
    if (!*frames)
        throw std::runtime_error("frames file " + frames_file +
                                 ": cannot be written: expected a path that can");

    config::pool_settings settings;
    settings.size = 1;
    transport::io_runtime io(1);
    const auto channels =
        transport::settings_of_channels(address_of(service), settings, speech.clip.format());

    actor_runtime config(io);
    caf::actor_system system(config);
    caf::scoped_actor self(system);
    const auto pool =
        spawn_pool(system, {settings, transport::make_avatar_channels(io, channels), {}});
    const auto report = [](const caf::error&) { std::cout << "the pool did not answer\n"; };
    self->request(pool, 30s, open_pool{}).receive([](const pool_opened&) {}, report);

    const auto source = system.spawn(speaker, speech.clip);
    const auto sink = system.spawn(writer, frames);
    self->wait_for(system.spawn(conversation,
                                speakers{pool, caf::actor_cast<audio_source_actor>(source), sink}));

    self->request(pool, 30s, close_pool{}).receive([](const pool_closed&) {}, report);
    self->send_exit(source, caf::exit_reason::user_shutdown);
    self->send_exit(sink, caf::exit_reason::user_shutdown);
}

} // namespace

int main(int argc, char** argv) {
    try {
        run(argc > 1 ? argv[1] : "", argc > 2 ? argv[2] : "frames.bin");
        return 0;
    } catch (const std::exception& e) {
        std::cerr << "example-conversation: " << e.what() << '\n';
        return 1;
    }
}
