// A program on the pool's library whose requests have a sink for their frames: see
// README.md.
//   avatar-bench-sink SESSIONS REQUESTS AUDIO-FILE
//   avatar-bench-sink SESSIONS REQUESTS AUDIO-FILE live PIECES
//   avatar-bench-sink SESSIONS REQUESTS AUDIO-FILE stalled STALLED AUDIO-FILE
// live: the audio of each request comes from a source, which says the file so many times,
// once in 40 ms. stalled: so many requests come first, with that audio and a sink that
// takes one frame and never grants more.

#include "actors/actor_runtime.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "audio/clip.hpp"
#include "config/sources.hpp"
#include "protocol/request_id.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace avatar;
using namespace std::chrono_literals;

namespace {

struct load {
    std::size_t sessions = 0;
    std::size_t requests = 0;
    audio_clip audio;
    std::size_t pieces = 0; // Of a live stream; 0: a clip.
    std::size_t stalled = 0;
    audio_clip stalled_audio;
};

void say(const std::string& line) {
    std::cout << line << std::endl; // NOLINT: whoever measures waits for it
}

/// Counts bytes, and grants credit for as many.
frame_sink_actor::behavior_type counting_sink(frame_sink_actor::pointer) {
    const auto bytes = std::make_shared<std::uint64_t>(0);
    return {[bytes](const animation_frames& some) {
        *bytes += some.frames.bytes().size();
        return frame_credit{some.frames.size(), some.frames.bytes().size()};
    }};
}

struct unanswered {
    std::vector<caf::typed_response_promise<frame_credit>> promises;
};

/// Tells `starter` when each of its requests has a frame.
frame_sink_actor::behavior_type stalled_sink(frame_sink_actor::stateful_pointer<unanswered> self,
                                             std::size_t requests, const caf::actor& starter) {
    return {[=](const animation_frames&) {
        self->state.promises.push_back(self->make_response_promise<frame_credit>());
        if (self->state.promises.size() == requests)
            caf::anon_send(starter, requests);
        return self->state.promises.back();
    }};
}

audio_request make_request(const audio_clip& audio, const frame_sink_actor& sink) {
    audio_request request;
    request.request_id = protocol::make_request_id();
    request.audio = audio;
    request.sink = sink;
    return request;
}

struct speech {
    caf::actor_clock::time_point began;
    std::size_t said = 0; // Pieces.
    caf::typed_response_promise<audio_piece> answer;
};

/// Says so many pieces for one request, each when its time has come.
caf::behavior live_source(caf::stateful_actor<speech>* self, const audio_clip& piece,
                          std::size_t pieces) {
    return {
        [=](const next_audio& asked) {
            auto& now = self->state;
            if (asked.first)
                now.began = self->clock().now();
            now.answer = self->make_response_promise<audio_piece>();
            self->scheduled_send(self, now.began + now.said * 40ms, now.said);
            return now.answer;
        },
        [=](std::size_t) {
            auto& now = self->state;
            const bool last = ++now.said == pieces;
            now.answer.deliver(audio_piece{std::string(piece.bytes()), last});
            if (last)
                self->quit();
        },
    };
}

double milliseconds(nanoseconds of) {
    return std::chrono::duration<double, std::milli>(of).count();
}

struct results {
    std::vector<nanoseconds> served;
};

void print(std::vector<nanoseconds> served) {
    std::ranges::sort(served);
    const auto at = [&](double share) {
        return milliseconds(served[static_cast<std::size_t>(share * (served.size() - 1.0))]);
    };
    std::cout << "{\"p50_ms\": " << at(0.5) << ", \"p99_ms\": " << at(0.99) << "}" << std::endl;
}

/// Sends all requests at once when told to, and ends with the last result.
caf::behavior driver(caf::stateful_actor<results>* self, const pool_actor& pool, const load& what) {
    const auto sink = self->spawn(counting_sink);
    return {
        [=](std::size_t) {
            say("ready");
            for (std::size_t i = 0; i < what.requests; ++i) {
                auto request = make_request(what.audio, sink);
                if (what.pieces > 0) {
                    request.source = caf::actor_cast<audio_source_actor>(
                        self->spawn(live_source, std::exchange(request.audio, {}), what.pieces));
                }
                self->send(pool, std::move(request));
            }
        },
        [=](const audio_result& result) {
            if (!result.ok()) {
                std::cerr << "a request failed: " << describe(result.failure) << '\n';
                std::_Exit(1);
            }
            self->state.served.push_back(result.served);
            if (self->state.served.size() < what.requests)
                return;
            say("done");
            print(std::move(self->state.served));
            std::cin.ignore(std::numeric_limits<std::streamsize>::max());
            std::_Exit(0); // Nothing is left to say.
        },
    };
}

void run(const load& what, const config::settings& settings) {
    transport::io_runtime io(settings.runtime.threads);
    actor_runtime config(io);
    caf::actor_system system(config);
    caf::scoped_actor self(system);

    auto of_pool = settings.pool;
    of_pool.size = what.sessions;
    of_pool.connect_rate = 100'000;
    of_pool.borrow_timeout = of_pool.request_timeout = of_pool.max_request = 10min;
    of_pool.sink_timeout = 10min;
    of_pool.max_waiting = what.requests + 1;
    const auto channels =
        transport::settings_of_channels(settings.service, of_pool, what.audio.format());
    const auto pool =
        spawn_pool(system, {of_pool, transport::make_avatar_channels(io, channels), {}});
    self->request(pool, caf::infinite, open_pool{})
        .receive([](const pool_opened&) {}, [](const caf::error&) {});

    const auto driving = system.spawn(driver, pool, what);
    if (what.stalled == 0) {
        self->send(driving, std::size_t{0});
    } else {
        const auto sink = system.spawn(stalled_sink, what.stalled, caf::actor(driving));
        for (std::size_t i = 0; i < what.stalled; ++i) {
            auto request = make_request(what.stalled_audio, sink);
            request.window = {1, 1};
            self->send(pool, std::move(request));
        }
    }
    self->wait_for(driving); // It ends the program.
}

audio_clip load_clip(const std::string& path) {
    config::audio_settings settings;
    settings.file = path;
    return audio::load(settings).clip;
}

} // namespace

int main(int argc, char** argv) {
    const std::string mode = argc > 4 ? argv[4] : "";
    if (argc != 4 && !(argc == 6 && mode == "live") && !(argc == 7 && mode == "stalled")) {
        std::cerr << "expected SESSIONS REQUESTS AUDIO-FILE [live PIECES | stalled STALLED "
                     "AUDIO-FILE]\n";
        return 2;
    }
    try {
        load what;
        what.sessions = std::stoul(argv[1]);
        what.requests = std::stoul(argv[2]);
        what.audio = load_clip(argv[3]);
        if (mode == "live")
            what.pieces = std::stoul(argv[5]);
        if (mode == "stalled") {
            what.stalled = std::stoul(argv[5]);
            what.stalled_audio = load_clip(argv[6]);
        }
        const auto lookup = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value ? std::optional<std::string>(value) : std::nullopt;
        };
        const char* const run_command[] = {argv[0], "run"};
        run(what, config::read_command(2, run_command, lookup).values);
    } catch (const std::exception& e) {
        std::cerr << "avatar-bench-sink: " << e.what() << '\n';
        return 1;
    }
}
