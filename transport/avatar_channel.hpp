#pragma once

#include "../config/settings.hpp"
#include "../messages/audio.hpp"
#include "channel.hpp"
#include "tls.hpp"

namespace avatar::transport {

class io_runtime;

/// What all the channels of a pool have in common.
struct channel_settings {
    config::service_settings service;
    config::milliseconds session_ttl{};
    config::milliseconds keepalive{};
    config::milliseconds close_timeout{2000};   ///< For the end of a connection that is closed.
    config::milliseconds ack_timeout{5000};     ///< For the other machine to confirm a request.
    config::milliseconds sink_timeout{10'000};  ///< For more credit, when there is none.
    config::milliseconds audio_timeout{10'000}; ///< For the next audio of a live stream.
    clip_format audio; ///< Of every clip sent: the service is told once, with each session.
    config::egress_settings egress; ///< With one, no frames come back: see channel::send.
};

/// Those of the channels of a pool with these settings, which send clips in that format.
channel_settings settings_of_channels(config::service_settings service,
                                      const config::pool_settings& pool, const clip_format& audio);

/// The same with the egress, of all settings of a program.
channel_settings settings_of_channels(const config::settings& all, const clip_format& audio);

/// Makes channels to the avatar service, spread over the threads of `io`, which
/// must outlive them. Throws config::config_error when a setting cannot be used,
/// tls_error when the CA file cannot be used, and
/// protocol::invalid_endpoint when the console or the ingress cannot be, or would take
/// a secret unencrypted to another machine and `service.allow_plaintext` is not set.
channel_factory make_avatar_channels(io_runtime& io, channel_settings settings);

} // namespace avatar::transport
