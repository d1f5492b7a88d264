#include "actors/actor_end.hpp"
#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/links/node_runtime.hpp"
#include "actors/cluster/node_endpoint.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "config/checks.hpp"
#include "config/error.hpp"
#include "main/ending.hpp"
#include "main/interrupts.hpp"
#include "main/program_log.hpp"
#include "main/run_actors.hpp"
#include "main/shortages.hpp"
#include "main/subcommands.hpp"
#include "transport/io_runtime.hpp"
#include "transport/node_credentials.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace avatar {
namespace {

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

/// Whether all shares ended in their time.
bool drain(caf::actor_system& system, const node_endpoint_control& endpoint) {
    caf::scoped_actor self(system);
    bool drained = false;
    self->request(endpoint, caf::infinite, drain_node{}) // The endpoint has a limit for it.
        .receive([&](const node_drained& node) { drained = node.all_ended; },
                 [](const caf::error&) {});
    return drained;
}

/// Why the worker stops, told once: by a signal, or because its endpoint has ended.
class stop_reason {
public:
    void set(const std::string& why) {
        if (!known_.exchange(true))
            why_.set_value(why);
    }

    std::string wait() { return why_.get_future().get(); }

private:
    std::atomic<bool> known_{false};
    std::promise<std::string> why_;
};

/// Serves until a signal; gives the exit code. Signals are watched for before anybody is told
/// that it serves.
int serve_until_signal(caf::actor_system& system, const node_endpoint_control& endpoint,
                       const std::string& greeting, program_log& log) {
    const auto reason = std::make_shared<stop_reason>();
    const interrupts on_signal(
        {.stop =
             [reason, &log] {
                 log.say("avatar-pool: stopping; running requests may end, for as long as the "
                         "pool.drain-timeout of their run (once more: leave at once)");
                 reason->set("");
             },
         .stop_at_once = [&log] { leave_behind(left_at_once, log); },
         .leave = {}});
    endpoint->attach_functor([reason](const caf::error& why) {
        reason->set("the node's endpoint ended: " + describe_end(why));
    });
    log.say(greeting);
    if (const auto why = reason->wait(); !why.empty()) {
        log.say("avatar-pool: " + why);
        return some_requests_failed;
    }
    if (drain(system, endpoint))
        return all_requests_ok;
    log.say("avatar-pool: some shares did not end in time");
    return some_requests_failed;
}

int serve(transport::io_runtime& io, const config::settings& settings, const extensions& with,
          const std::shared_ptr<const transport::node_credentials>& credentials, program_log& log) {
    node_runtime runtime(io);
    end_limit limit(log); // Of what comes behind it.
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
            const auto greeting =
                "Worker listening on " + at.text() + ", " +
                (credentials ? "for nodes with a certificate of " + settings.node.authority
                             : "without certificates, for this machine alone") +
                ", until Ctrl-C";
            code = serve_until_signal(system, endpoint, greeting, log);
        } catch (...) {
            end();
            throw;
        }
        end();
    }
    if (!await_actors(system, actors_limit))
        leave_behind(code, log);
    limit.begin(actors_limit, code);
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
    constexpr std::size_t signals_end_caf_and_links = 6;
    check_needs({.threads = 2 * settings.runtime.threads + signals_end_caf_and_links,
                 .descriptors = 16,
                 .bytes = 16'000'000});
    const auto credentials = transport::load_credentials(settings.node);
    transport::io_runtime io(settings.runtime.threads);
    const int code = serve(io, settings, with, credentials, log);
    if (!io.drain(drain_limit))
        leave_behind(code, log);
    return code;
}

} // namespace avatar
