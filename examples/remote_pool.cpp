// A pool whose sessions are on other nodes: start two workers, give their addresses, and the
// clip that is built in is animated ten times, on whichever node has the least to do.
//   avatar-pool worker --node.listen=127.0.0.1:7001 &
//   avatar-pool worker --node.listen=127.0.0.1:7002 &
//   example-remote-pool 127.0.0.1:7001 127.0.0.1:7002
// Beyond this machine `node_links` needs the certificates of this node (docs/nodes.md).

#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/requests/spawn_remote_pool.hpp"
#include "audio/clip.hpp"
#include "protocol/request_id.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace avatar;

namespace {

constexpr int turns = 10;

/// All at once; the pool chooses the node of each.
void speak(caf::event_based_actor* self, const pool_actor& pool, const audio_clip& clip) {
    for (int turn = 1; turn <= turns; ++turn) {
        audio_request request;
        request.request_id = protocol::make_request_id();
        request.audio = clip;
        self->request(pool, std::chrono::minutes(1), std::move(request))
            .then([turn](const audio_result& result) {
                std::cout << "turn " << turn << ": "
                          << (result.ok() ? std::to_string(result.frames) + " frames on " +
                                                result.connection_id
                                          : describe(result.failure))
                          << '\n';
            });
    }
}

std::vector<config::node_address> addresses(int argc, char** argv) {
    std::vector<config::node_address> nodes;
    for (int i = 1; i < argc; ++i) {
        const std::string text = argv[i];
        const auto colon = text.rfind(':');
        nodes.push_back({text.substr(0, colon),
                         static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))});
    }
    return nodes;
}

} // namespace

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    const auto nodes = addresses(argc, argv);
    const auto speech = audio::load(config::audio_settings{}); // The clip built in.
    transport::io_runtime io(1);
    node_runtime config(io);
    caf::actor_system system(config);
    node_links links(system, io, nullptr); // Without certificates: this machine alone.
    caf::scoped_actor self(system);

    remote_pool_plan plan;
    plan.nodes = nodes;
    plan.connector = links.connector();
    plan.pool.size = 2 * nodes.size();
    plan.format = speech.clip.format();
    const pool_actor pool = spawn_remote_pool(system, plan);
    const auto report = [](const caf::error&) { std::cout << "the pool did not answer\n"; };
    self->request(pool, 30s, open_pool{})
        .receive(
            [](const pool_opened& opened) {
                std::cout << opened.connected << " of " << opened.size << " connections\n";
                for (const auto& [sample, count] : opened.failures)
                    std::cout << count << " × " << describe(sample) << '\n';
            },
            report);

    const auto speaker = system.spawn(speak, pool, speech.clip);
    self->wait_for(speaker);
    self->request(pool, 30s, get_pool_status{})
        .receive(
            [](const pool_status& now) {
                std::cout << now.requests.succeeded << " of " << now.requests.entered
                          << " requests succeeded\n";
            },
            report);
    self->request(pool, 30s, close_pool{}).receive([](const pool_closed&) {}, report);
}
