#pragma once

#include "config/settings.hpp"
#include "protocol/wire.hpp"
#include "transport/channel.hpp"
#include "transport/tls.hpp"

#include <cstdint>

namespace avatar::transport {

class io_runtime;

/// What all the channels of a pool have in common.
struct channel_settings {
    config::service_settings service;
    config::milliseconds session_ttl{};
    config::milliseconds keepalive{};
    config::milliseconds close_timeout{2000}; ///< For the end of a connection that is closed.
    std::int32_t sample_rate = 0;             ///< Hz, of every clip sent.
    std::int32_t bitrate = 0; ///< Bits per second that the clips were encoded with; 0: not ours.
    protocol::audio_format format = protocol::audio_format::pcm_s16le;
    config::egress_settings egress; ///< With one, no frames come back: see channel::send.
};

/// Makes channels to the avatar service, spread over the threads of `io`, which
/// must outlive them. Throws config::config_error when a setting cannot be used,
/// tls_error when the CA file cannot be used, and
/// protocol::invalid_endpoint when the console or the ingress cannot be, or would take
/// a secret unencrypted to another machine and `service.allow_plaintext` is not set.
channel_factory make_avatar_channels(io_runtime& io, channel_settings settings);

} // namespace avatar::transport
