// A program whose requests go to other nodes: see README.md.
//   avatar-bench-remote SESSIONS REQUESTS AUDIO-FILE HOST:PORT [CERTIFICATE KEY AUTHORITY]

#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/requests/spawn_remote_pool.hpp"
#include "audio/clip.hpp"
#include "protocol/request_id.hpp"
#include "transport/io_runtime.hpp"
#include "transport/node_credentials.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <limits>
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
};

void say(const std::string& line) {
    std::cout << line << std::endl; // NOLINT: whoever measures waits for it
}

struct progress {
    std::size_t sent = 0;
    std::vector<nanoseconds> served;
    std::vector<nanoseconds> added; // To what the service took, of requests that did not wait.
};

double milliseconds(nanoseconds of) {
    return std::chrono::duration<double, std::milli>(of).count();
}

double at(std::vector<nanoseconds> of, double share) {
    std::ranges::sort(of);
    return milliseconds(of[static_cast<std::size_t>(share * (of.size() - 1.0))]);
}

void send_one(caf::stateful_actor<progress>* self, const pool_actor& pool, const load& what);

void on_result(caf::stateful_actor<progress>* self, const pool_actor& pool, const load& what,
               const audio_result& result, nanoseconds duration) {
    if (!result.ok()) {
        std::cerr << "a request failed: " << describe(result.failure) << '\n';
        std::_Exit(1);
    }
    auto& now = self->state;
    now.served.push_back(result.served);
    now.added.push_back(duration - result.duration);
    if (now.sent < what.requests)
        return send_one(self, pool, what);
    if (now.served.size() < what.requests)
        return;
    say("done");
    std::cout << "{\"p50_ms\": " << at(now.served, 0.5) << ", \"p99_ms\": " << at(now.served, 0.99)
              << ", \"added_p50_ms\": " << at(now.added, 0.5) << "}" << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    std::_Exit(0); // Nothing is left to say.
}

void send_one(caf::stateful_actor<progress>* self, const pool_actor& pool, const load& what) {
    ++self->state.sent;
    audio_request request;
    request.request_id = protocol::make_request_id();
    request.audio = what.audio;
    const auto begun = std::chrono::steady_clock::now();
    self->request(pool, caf::infinite, std::move(request)).then([=](const audio_result& result) {
        on_result(self, pool, what, result, std::chrono::steady_clock::now() - begun);
    });
}

/// As many at a time as there are sessions.
void drive(caf::stateful_actor<progress>* self, const pool_actor& pool, const load& what) {
    say("ready");
    for (std::size_t i = 0; i < std::min(what.sessions, what.requests); ++i)
        send_one(self, pool, what);
}

void run(const load& what, const config::node_settings& node) {
    transport::io_runtime io(1);
    node_runtime config(io);
    caf::actor_system system(config);
    node_links links(system, io, transport::load_credentials(node));
    caf::scoped_actor self(system);
    remote_pool_plan plan;
    plan.nodes = node.nodes;
    plan.connector = links.connector();
    plan.pool.size = what.sessions;
    plan.pool.connect_rate = 100'000;
    plan.format = what.audio.format();
    const pool_actor pool = spawn_remote_pool(system, plan);
    self->request(pool, 1min, open_pool{})
        .receive([](const pool_opened&) {}, [](const caf::error&) {});
    const auto driver = system.spawn(drive, pool, what);
    self->wait_for(driver); // It ends the program.
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5 && argc != 8) {
        std::cerr << "expected SESSIONS REQUESTS AUDIO-FILE HOST:PORT [CERTIFICATE KEY "
                     "AUTHORITY]\n";
        return 2;
    }
    try {
        load what;
        what.sessions = std::stoul(argv[1]);
        what.requests = std::stoul(argv[2]);
        config::audio_settings audio;
        audio.file = argv[3];
        what.audio = audio::load(audio).clip;
        const std::string address = argv[4];
        const auto colon = address.rfind(':');
        config::node_settings node;
        node.nodes = {{address.substr(0, colon),
                       static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1)))}};
        if (argc == 8) {
            node.certificate = argv[5];
            node.key = argv[6];
            node.authority = argv[7];
        }
        run(what, node);
    } catch (const std::exception& e) {
        std::cerr << "avatar-bench-remote: " << e.what() << '\n';
        return 1;
    }
}
