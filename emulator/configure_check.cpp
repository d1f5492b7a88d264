#include "emulator/configure_check.hpp"

#include "protocol/audio_format.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::emulator {
namespace {

using protocol::audio_format;
using protocol::egress_type;

using maybe_error = std::optional<session_error>;

session_error invalid(std::string message) {
    return {server_code::invalid_argument, std::move(message)};
}

template <class Enum>
std::string number(Enum value) {
    return std::to_string(static_cast<std::int32_t>(value));
}

/// Three parts in the base64url alphabet, two dots between them (RFC 7515,
/// section 3.1). Nobody here could verify its signature.
bool looks_like_jwt(std::string_view token) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    return token.find_first_not_of(alphabet) == token.npos && !token.starts_with('.') &&
           !token.ends_with('.') && token.find("..") == token.npos &&
           std::ranges::count(token, '.') == 2;
}

maybe_error check_livekit(const protocol::livekit_egress& to) {
    if (to.url.empty() || to.room_name.empty())
        return invalid("livekit_egress needs url and room_name");
    if (to.api_token.empty() && (to.api_key.empty() || to.api_secret.empty()))
        return session_error{server_code::unauthenticated,
                             "missing livekit credentials: provide api_token or both api_key and "
                             "api_secret"};
    if (!to.api_token.empty() && !looks_like_jwt(to.api_token))
        return session_error{server_code::unauthenticated,
                             "unauthorized: api_token is no JSON Web Token"};
    return std::nullopt;
}

maybe_error check_agora(const protocol::agora_egress& to) {
    if (to.channel_name.empty())
        return invalid("agora_egress needs channel_name");
    return std::nullopt; // A channel for tests needs no token.
}

maybe_error check_egress(const protocol::configure_session& wanted) {
    if (wanted.livekit_egress && wanted.agora_egress)
        return invalid("livekit_egress and agora_egress exclude each other");
    // A destination counts even where the type was forgotten.
    if (wanted.livekit_egress)
        return check_livekit(*wanted.livekit_egress);
    if (wanted.agora_egress)
        return check_agora(*wanted.agora_egress);
    switch (wanted.egress_type) {
    case egress_type::unspecified:
        return std::nullopt;
    case egress_type::livekit:
        return invalid("livekit_egress is missing");
    case egress_type::agora:
        return invalid("agora_egress is missing");
    }
    return invalid("unsupported egress type: " + number(wanted.egress_type));
}

maybe_error check_audio(const protocol::configure_session& wanted) {
    const auto format = wanted.audio_format;
    if (format != audio_format::pcm_s16le && format != audio_format::ogg_opus)
        return invalid("unsupported audio format: " + number(format));
    const bool takes_rate = format == audio_format::ogg_opus
                                ? protocol::accepts_ogg_opus_rate(wanted.sample_rate)
                                : protocol::accepts_pcm_rate(wanted.sample_rate);
    if (!takes_rate)
        // Not code 3, which clients take for an invalid request whatever the text.
        return session_error{server_code::unknown,
                             "unsupported sample rate: " + std::to_string(wanted.sample_rate)};
    if (wanted.transport_compression != protocol::transport_compression::none)
        return invalid("unsupported transport compression: " +
                       number(wanted.transport_compression));
    return std::nullopt;
}

} // namespace

bool wants_egress(const protocol::configure_session& wanted) {
    return wanted.livekit_egress || wanted.agora_egress;
}

maybe_error check_configuration(const protocol::configure_session& wanted, bool egress) {
    if (auto error = check_audio(wanted))
        return error;
    if (auto error = check_egress(wanted))
        return error;
    if (wants_egress(wanted) && !egress)
        return session_error{server_code::unavailable, "egress client is not configured on server"};
    return std::nullopt;
}

} // namespace avatar::emulator
