#pragma once

#include "actors/load/run_supervisor.hpp"
#include "config/settings.hpp"
#include "messages/audio.hpp"
#include "transport/channel.hpp"

#include <caf/fwd.hpp>

namespace avatar {

class extensions;

namespace transport {
class io_runtime;
}

/// The channels of a run, as the settings choose among the program's own and those of `with`.
/// `io` outlives them. Throws what make_avatar_channels does; config::config_error for one that
/// cannot be made.
transport::channel_factory make_channels(transport::io_runtime& io,
                                         const config::settings& settings,
                                         const clip_format& speech, const extensions& with);

/// The actors of a run, chosen likewise.
run_actors spawn_actors(caf::actor_system& system, const config::settings& settings,
                        transport::channel_factory channels, const audio_clip& speech,
                        const extensions& with);

} // namespace avatar
