// A pool over nodes of their own in this process: actor systems that only their links join.
#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/node_endpoint.hpp"
#include "actors/cluster/requests/remote_pool.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "tests/support/inbox.hpp"
#include "tests/support/socket_dsl.hpp"
#include "tests/transport/made_certificates.hpp"
#include "transport/io_runtime.hpp"
#include "transport/memory_channels.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#define CAF_SUITE remote_requests

using namespace avatar;
using namespace std::chrono_literals;

namespace {

using shared_credentials = std::shared_ptr<const transport::node_credentials>;

/// Three frames: what came, its length, and 300 KB.
frame_batch echo(const std::string&, std::string_view audio) {
    const auto begin = std::string(audio.substr(0, 10));
    const auto length = std::to_string(audio.size());
    return {begin + length + std::string(300'000, 'x'),
            {begin.size(), begin.size() + length.size(), begin.size() + length.size() + 300'000}};
}

struct remote_worker {
    explicit remote_worker(shared_credentials credentials)
        : config(io),
          system(config),
          links(std::in_place, system, io, std::move(credentials)),
          endpoint(system.spawn(node_endpoint, plan())),
          port(links->publish(node_endpoint_actor(endpoint), "127.0.0.1", 0)) {}

    ~remote_worker() {
        links.reset();
        caf::anon_send_exit(endpoint, caf::exit_reason::user_shutdown);
    }

    node_endpoint_plan plan() {
        node_endpoint_plan with;
        with.make_pool = [this](const config::pool_settings& of, const clip_format&,
                                connection_watcher_actor watcher) {
            return spawn_pool(system,
                              {of, transport::memory_channels(echo), std::move(watcher), 1});
        };
        return with;
    }

    transport::io_runtime io{1};
    node_runtime config;
    caf::actor_system system;
    std::optional<node_links> links;
    node_endpoint_control endpoint;
    std::uint16_t port;
};

struct remote_caller {
    remote_caller(shared_credentials credentials, const std::deque<remote_worker>& workers)
        : config(io),
          system(config),
          links(std::in_place, system, io, std::move(credentials)) {
        remote_pool_plan plan;
        for (const auto& worker : workers)
            plan.nodes.push_back({"127.0.0.1", worker.port});
        plan.connector = links->connector();
        plan.pool.size = 2 * workers.size();
        pool = system.spawn(remote_pool, plan);
    }

    ~remote_caller() {
        if (const auto over = ask<pool_closed>(close_pool{}); !over)
            caf::anon_send_exit(pool, caf::exit_reason::kill);
        links.reset();
    }

    template <class Answer, class Question>
    std::optional<Answer> ask(Question question) {
        caf::scoped_actor self(system);
        std::optional<Answer> answer;
        self->request(pool_actor(pool), 60s, std::move(question))
            .receive([&](Answer& is) { answer = std::move(is); }, [](const caf::error&) {});
        return answer;
    }

    transport::io_runtime io{1};
    node_runtime config;
    caf::actor_system system;
    std::optional<node_links> links;
    remote_pool_actor pool;
};

/// Two workers and a pool over them.
struct cluster {
    explicit cluster(bool tls) {
        shared_credentials credentials;
        if (tls) {
            const auto authority = tests::make_authority("nodes");
            const auto node = tests::make_certificate({.names = "IP:127.0.0.1"}, &authority);
            credentials = std::make_shared<const transport::node_credentials>(
                files.write("node", node, authority));
        }
        for (int i = 0; i < 2; ++i)
            workers.emplace_back(credentials);
        caller.emplace(credentials, workers);
    }

    tests::certificate_directory files;
    std::deque<remote_worker> workers;
    std::optional<remote_caller> caller;
};

audio_request request_of(const std::string& id, std::string audio) {
    audio_request request;
    request.request_id = id;
    request.audio = audio_clip(std::move(audio));
    return request;
}

void play(bool tls) {
    cluster run(tls);
    const auto opened = run.caller->ask<pool_opened>(open_pool{});
    CAF_REQUIRE(opened);
    CAF_CHECK_EQUAL(opened->connected, 4u);

    tests::inbox<std::string> frames;
    const auto sink = run.caller->system.spawn([&]() -> frame_sink_actor::behavior_type {
        return {[&](const animation_frames& some) {
            for (std::size_t i = 0; i < some.frames.size(); ++i)
                frames.put(std::string(some.frames[i]));
            return frame_credit{some.frames.size(), some.frames.bytes().size()};
        }};
    });
    for (const std::size_t length : {10u, 3'000u, 700'000u, 700'000u}) {
        auto request = request_of("r", std::string(length, 's'));
        request.sink = sink;
        request.window = {1, 1};
        const auto result = run.caller->ask<audio_result>(request);
        CAF_REQUIRE(result);
        CAF_CHECK_EQUAL(describe(result->failure), "none");
        CAF_CHECK_EQUAL(frames.take().value_or(""), std::string(10, 's'));
        CAF_CHECK_EQUAL(frames.take().value_or(""), std::to_string(length));
        CAF_CHECK_EQUAL(frames.take().value_or("").size(), 300'000u);
    }

    const auto source = run.caller->system.spawn([]() -> audio_source_actor::behavior_type {
        return {[pieces = 0](const next_audio&) mutable {
            return audio_piece{"spoken ", ++pieces == 100};
        }};
    });
    audio_request spoken;
    spoken.request_id = "spoken";
    spoken.source = source;
    spoken.sink = sink;
    const auto result = run.caller->ask<audio_result>(spoken);
    CAF_REQUIRE(result);
    CAF_CHECK(result->ok());
    frames.take();
    CAF_CHECK_EQUAL(frames.take().value_or(""), "700");

    const auto status = run.caller->ask<pool_status>(get_pool_status{true});
    CAF_REQUIRE(status);
    CAF_CHECK_EQUAL(status->requests.succeeded, 5u);
    CAF_CHECK_EQUAL(status->served, 5u);
    CAF_CHECK_EQUAL(status->connections.size(), 4u);
    caf::anon_send_exit(sink, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(source, caf::exit_reason::user_shutdown);
}

} // namespace

CAF_TEST(requests cross with their audio and frames) {
    play(false);
}

CAF_TEST(requests cross over TLS) {
    play(true);
}

CAF_TEST(a worker that ends loses its requests alone) {
    cluster run(false);
    CAF_REQUIRE(run.caller->ask<pool_opened>(open_pool{}));
    run.workers.pop_front();
    std::size_t failed = 0;
    for (int i = 0; i < 20; ++i) {
        const auto result = run.caller->ask<audio_result>(request_of("r", "speech"));
        CAF_REQUIRE(result);
        if (!result->ok()) {
            ++failed;
            CAF_CHECK(result->failure.code == protocol::failure_code::node_lost);
        }
    }
    CAF_CHECK_LESS(failed, 20u);
}
