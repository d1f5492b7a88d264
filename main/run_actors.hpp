#pragma once

#include "actors/console.hpp"
#include "actors/load/run_supervisor.hpp"
#include "actors/pool/pool_plan.hpp"
#include "config/settings.hpp"
#include "messages/audio.hpp"
#include "transport/channel.hpp"

#include <caf/fwd.hpp>

namespace avatar {

class extensions;
class node_links;

namespace transport {
class io_runtime;
}

/// The channels of a run, as the settings choose among the program's own and those of `with`.
/// `io` outlives them. Throws what make_avatar_channels does; config::config_error for one that
/// cannot be made.
transport::channel_factory make_channels(transport::io_runtime& io,
                                         const config::settings& settings,
                                         const clip_format& speech, const extensions& with);

/// The pool of such a plan, chosen likewise.
pool_plan plan_pool(const config::settings& settings, transport::channel_factory channels,
                    connection_watcher_actor watcher, const extensions& with);

/// The actors of a run, chosen likewise. The console's stream outlives them.
run_actors spawn_actors(caf::actor_system& system, const config::settings& settings,
                        transport::channel_factory channels, const audio_clip& speech,
                        const extensions& with, const console_settings& text);

/// The actors of a run whose pools are on other nodes, which `links` reach. It outlives them.
run_actors spawn_actors(caf::actor_system& system, const config::settings& settings,
                        const node_links& links, const audio_clip& speech,
                        const console_settings& text);

} // namespace avatar
