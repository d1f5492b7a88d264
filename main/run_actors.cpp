#include "main/run_actors.hpp"

#include "actors/actor_end.hpp"
#include "actors/cluster/links/node_links.hpp"
#include "actors/cluster/load/load_conductor.hpp"
#include "actors/load/result_feed.hpp"
#include "actors/load/spawn_round_driver.hpp"
#include "actors/load/stats.hpp"
#include "actors/pool/spawn_pool.hpp"
#include "config/error.hpp"
#include "main/extensions.hpp"
#include "transport/avatar_channel.hpp"
#include "transport/io_runtime.hpp"
#include "transport/named_channel.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace avatar {
namespace {

/// How often a terminal's live line is drawn again, and other readers of the report hear of a
/// round that runs.
std::chrono::milliseconds progress_interval(const console_settings& text) {
    return text.live ? std::chrono::milliseconds(200) : std::chrono::seconds(30);
}

/// What a connection is given to open on top of its own limit, where it may forget that.
constexpr auto open_margin = std::chrono::seconds(1);

/// Null: none of these was chosen.
template <class Behavior>
const Behavior* find(const extensions::list<Behavior>& in, const std::string& name) {
    const auto found = std::ranges::find(in, name, &extensions::named<Behavior>::name);
    return found == in.end() ? nullptr : &found->behavior;
}

/// An actor that does what `behavior` says, whose exceptions are its reason to end.
template <class Actor, class Options, class Behavior>
Actor spawn_extension(caf::actor_system& system, const Behavior& behavior,
                      const config::settings& settings) {
    return system.spawn<Options::value>([behavior, settings](typename Actor::pointer self) ->
                                        typename Actor::behavior_type {
                                            name_exceptions(self);
                                            return behavior(self, settings);
                                        });
}

using no_options = std::integral_constant<caf::spawn_options, caf::no_spawn_options>;
using own_thread = std::integral_constant<caf::spawn_options, caf::detached>;

result_feed_actor spawn_feed(caf::actor_system& system, const config::settings& settings,
                             const extensions& with) {
    std::vector<named_result_sink> sinks;
    for (const auto& name : settings.extensions.sinks) {
        if (const auto* results = find(with.result_sinks(), name)) {
            sinks.push_back(
                {name,
                 spawn_extension<result_sink_actor, own_thread>(system, *results, settings),
                 {}});
        } else if (const auto* both = find(with.frame_sinks(), name)) {
            const auto sink =
                spawn_extension<frame_and_result_sink_actor, own_thread>(system, *both, settings);
            sinks.push_back({name, caf::actor_cast<result_sink_actor>(sink),
                             caf::actor_cast<frame_sink_actor>(sink)});
        }
    }
    return sinks.empty() ? result_feed_actor() : system.spawn(result_feed, std::move(sinks));
}

bool takes_frames(const config::settings& settings, const extensions& with) {
    return std::ranges::any_of(settings.extensions.sinks, [&](const std::string& name) {
        return find(with.frame_sinks(), name) != nullptr;
    });
}

/// Both kinds of runs have them.
run_actors spawn_figures(caf::actor_system& system, const console_settings& text) {
    run_actors actors;
    actors.console = system.spawn<caf::detached>(console, text);
    actors.stats = system.spawn(stats);
    return actors;
}

} // namespace

transport::channel_factory make_channels(transport::io_runtime& io,
                                         const config::settings& settings,
                                         const clip_format& speech, const extensions& with) {
    const auto& name = settings.extensions.channel;
    if (const auto* make = find(with.channels(), name)) {
        try {
            return transport::name_channels(name, (*make)(io, settings));
        } catch (...) {
            throw config::config_error("service.channel=" + name + ": " +
                                       describe_end(reason_of(std::current_exception())));
        }
    }
    return transport::make_avatar_channels(io, transport::settings_of_channels(settings, speech));
}

pool_plan plan_pool(const config::settings& settings, transport::channel_factory channels,
                    connection_watcher_actor watcher, const extensions& with) {
    const auto& chosen = settings.extensions;
    pool_plan plan{settings.pool, std::move(channels), std::move(watcher)};
    if (const auto* make = find(with.policies(), chosen.dispatch)) {
        plan.make_policy = *make;
        plan.policy_name = chosen.dispatch;
    }
    const auto* session = find(with.sessions(), chosen.session);
    if (session) {
        plan.session = *session;
        plan.session_name = chosen.session;
    }
    if (session || find(with.channels(), chosen.channel))
        plan.open_timeout = settings.service.connect_timeout + open_margin;
    return plan;
}

run_actors spawn_actors(caf::actor_system& system, const config::settings& settings,
                        transport::channel_factory channels, const audio_clip& speech,
                        const extensions& with, const console_settings& text) {
    auto actors = spawn_figures(system, text);
    const auto pool = spawn_pool(system, plan_pool(settings, std::move(channels),
                                                   connection_watcher_actor(actors.console), with));
    actors.pool = pool;
    actors.results = spawn_feed(system, settings, with);

    round_driver_links links{pool, actors.stats, round_watcher_actor(actors.console)};
    if (actors.results)
        links.results = caf::actor_cast<result_sink_actor>(actors.results);
    if (takes_frames(settings, with))
        links.frames = caf::actor_cast<frame_sink_actor>(actors.results);

    round_driver_plan plan;
    plan.rounds = settings.rounds;
    plan.audio = speech;
    plan.progress_interval = progress_interval(text);
    if (const auto* shape = find(with.shapes(), settings.extensions.shape)) {
        plan.shape = spawn_extension<load_shape_actor, no_options>(system, *shape, settings);
        plan.shape_name = settings.extensions.shape;
    }
    actors.driver = spawn_round_driver(system, std::move(links), std::move(plan));
    return actors;
}

run_actors spawn_actors(caf::actor_system& system, const config::settings& settings,
                        const node_links& links, const audio_clip& speech,
                        const console_settings& text) {
    auto actors = spawn_figures(system, text);
    load_conductor_plan plan;
    plan.rounds = settings.rounds;
    plan.watcher = round_watcher_actor(actors.console);
    plan.tells_progress = true;
    plan.progress_interval = progress_interval(text);
    plan.shares = {.nodes = settings.node.nodes,
                   .connector = links.connector(),
                   .pool = settings.pool,
                   .audio = speech,
                   .interrupt_after = settings.rounds.interrupt_after,
                   .stats = actors.stats,
                   .watcher = connection_watcher_actor(actors.console)};
    const auto conductor = system.spawn(load_conductor, std::move(plan));
    actors.pool = conductor;
    actors.driver = conductor;
    return actors;
}

} // namespace avatar
