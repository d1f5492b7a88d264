#include "transport/session_terms.hpp"

#include "transport/avatar_channel.hpp"

#include <chrono>

namespace avatar::transport {
namespace {

protocol::livekit_egress to_wire(const config::livekit_settings& from) {
    protocol::livekit_egress to;
    to.url = from.url;
    to.api_key = from.api_key;
    to.api_secret = from.api_secret;
    to.room_name = from.room_name;
    to.publisher_id = from.publisher_id;
    to.extra_attributes = {from.attributes.begin(), from.attributes.end()};
    to.idle_timeout = static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(from.idle_timeout).count());
    to.api_token = from.api_token;
    return to;
}

protocol::agora_egress to_wire(const config::agora_settings& from) {
    return {.channel_name = from.channel_name,
            .token = from.token,
            .uid = static_cast<std::uint32_t>(from.uid),
            .publisher_id = from.publisher_id};
}

} // namespace

protocol::configure_session session_terms(const channel_settings& settings) {
    protocol::configure_session terms;
    terms.sample_rate = settings.audio.sample_rate;
    terms.bitrate = settings.audio.bitrate;
    terms.audio_format = settings.audio.encoding;
    if (settings.egress.to_livekit()) {
        terms.egress_type = protocol::egress_type::livekit;
        terms.livekit_egress = to_wire(settings.egress.livekit);
    } else if (settings.egress.to_agora()) {
        terms.egress_type = protocol::egress_type::agora;
        terms.agora_egress = to_wire(settings.egress.agora);
    }
    return terms;
}

} // namespace avatar::transport
