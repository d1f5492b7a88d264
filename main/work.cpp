#include "actors/cluster/node_endpoint.hpp"
#include "actors/cluster/node_links.hpp"
#include "actors/cluster/node_runtime.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "config/checks.hpp"
#include "config/error.hpp"
#include "main/ending.hpp"
#include "main/interrupts.hpp"
#include "main/node_files.hpp"
#include "main/program_log.hpp"
#include "main/run_actors.hpp"
#include "main/subcommands.hpp"
#include "transport/io_runtime.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <future>
#include <optional>
#include <utility>

namespace avatar {
namespace {

/// Beyond the time that their requests are given to end: for the shares to close their pools.
constexpr auto close_limit = std::chrono::seconds(20);

node_endpoint_plan plan_endpoint(caf::actor_system& system, transport::io_runtime& io,
                                 const config::settings& settings, const extensions& with) {
    return {.make_pool =
                [&system, &io, settings, &with](const config::pool_settings& pool,
                                                const clip_format& format,
                                                connection_watcher_actor watcher) {
                    auto all = settings;
                    all.pool = pool;
                    return spawn_pool(system, plan_pool(all, make_channels(io, all, format, with),
                                                        std::move(watcher), with));
                },
            .check_connections =
                [](std::size_t connections) { config::check_descriptors(connections, false); }};
}

/// Until the first signal.
void wait_for_signal(transport::io_runtime& io, program_log& log) {
    std::promise<void> signalled;
    interrupts on_signal(io.next(), [&] {
        log.say("avatar-pool: stopping; running requests may end (once more: leave at once)");
        signalled.set_value();
    });
    signalled.get_future().wait();
}

/// False: not all shares ended in time.
bool drain(caf::actor_system& system, const node_endpoint_control& endpoint,
           std::chrono::milliseconds limit) {
    caf::scoped_actor self(system);
    bool drained = false;
    self->request(endpoint, limit, drain_node{})
        .receive([&](node_drained) { drained = true; }, [](const caf::error&) {});
    return drained;
}

int serve(transport::io_runtime& io, const config::settings& settings, const extensions& with,
          const std::shared_ptr<const transport::node_credentials>& credentials, program_log& log) {
    node_runtime runtime(io);
    std::optional<end_limit> limit; // Of what comes behind it.
    caf::actor_system system(runtime);
    int code = all_requests_ok;
    {
        node_links links(system, io, credentials);
        const auto endpoint =
            system.spawn(node_endpoint, plan_endpoint(system, io, settings, with));
        const auto end = [&] { caf::anon_send_exit(endpoint, caf::exit_reason::user_shutdown); };
        try {
            auto at = settings.node.listen;
            at.port = links.publish(node_endpoint_actor(endpoint), at.host, at.port);
            log.say("Worker listening on " + at.text() + ", " +
                    (credentials ? "for nodes with a certificate of " + settings.node.authority
                                 : "without certificates, for this machine alone") +
                    ", until Ctrl-C");
        } catch (...) {
            end();
            throw;
        }
        wait_for_signal(io, log);
        if (!drain(system, endpoint, settings.pool.drain_timeout + close_limit)) {
            log.say("avatar-pool: some shares did not end in time");
            code = some_requests_failed;
        }
        end();
    }
    if (!await_actors(system, actors_limit))
        leave_behind(code, log);
    limit.emplace(actors_limit, code, log);
    return code;
}

} // namespace

int work(const config::settings& settings, const extensions& with, program_log& log) {
    if (settings.node.listen.host.empty())
        throw config::config_error(
            "node.listen is missing: expected an IP address and a port, such "
            "as --node.listen=127.0.0.1:7000");
    const bool own_channel = settings.extensions.channel != config::extension_settings().channel;
    if (!own_channel)
        config::check_service(settings);
    config::raise_descriptor_limit();
    const auto credentials = load_credentials(settings.node);
    transport::io_runtime io(settings.runtime.threads);
    const int code = serve(io, settings, with, credentials, log);
    if (!io.drain(drain_limit))
        leave_behind(code, log);
    return code;
}

} // namespace avatar
