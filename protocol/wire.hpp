#pragma once

#include "protocol/audio_format.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The messages of the ingress WebSocket: protobuf in binary frames, one
/// envelope for both directions. Field numbers and meanings are those of the
/// service's public client SDKs (avatar-sdk-go, avatarkit); avatar.proto is the
/// same as a schema.
///
/// The structs own nothing: a decoded message is valid as long as the bytes it
/// was decoded from, one to encode as long as the strings it was filled with.
namespace avatar::protocol {

/// The envelope's type field.
enum class message_type : std::int32_t {
    unspecified = 0,
    client_configure_session = 1,
    server_confirm_session = 2,
    client_audio_input = 3,
    server_error = 4,
    server_response_animation = 5,
    client_interrupt = 7, ///< In field 8 of the envelope: 6 and 7 do not line up.
};

enum class transport_compression : std::int32_t { none = 0 };

/// Where the animation goes.
enum class egress_type : std::int32_t {
    unspecified = 0, ///< Back on this socket.
    livekit = 1,
    agora = 2,
};

/// A LiveKit room as the animation's destination.
struct livekit_egress {
    std::string_view url;
    std::string_view api_key;    ///< Old way to authenticate, with api_secret. Secret.
    std::string_view api_secret; ///< Secret.
    std::string_view room_name;
    std::string_view publisher_id;
    std::map<std::string_view, std::string_view> extra_attributes;
    std::int32_t idle_timeout = 0; ///< Seconds; 0: the service's own.
    std::string_view api_token;    ///< Preferred to key and secret. Secret.

    bool operator==(const livekit_egress&) const = default;
};

/// An Agora channel as the animation's destination.
struct agora_egress {
    std::string_view channel_name;
    std::string_view token; ///< Secret.
    std::uint32_t uid = 0;
    std::string_view publisher_id;

    bool operator==(const agora_egress&) const = default;
};

/// Client: the first message of a session.
struct configure_session {
    std::int32_t sample_rate = 0; ///< Hz.
    std::int32_t bitrate = 0;     ///< Bits per second; 0 for PCM.
    protocol::audio_format audio_format = protocol::audio_format::pcm_s16le;
    protocol::transport_compression transport_compression = protocol::transport_compression::none;
    protocol::egress_type egress_type = protocol::egress_type::unspecified;
    std::optional<protocol::livekit_egress> livekit_egress;
    std::optional<protocol::agora_egress> agora_egress;

    bool operator==(const configure_session&) const = default;
};

/// Server: the session stands.
struct confirm_session {
    std::string_view connection_id;

    bool operator==(const confirm_session&) const = default;
};

/// Client: a piece of a request's speech.
struct audio_input {
    std::string_view req_id;
    bool end = false;       ///< The request's last piece.
    std::string_view audio; ///< May be empty.

    bool operator==(const audio_input&) const = default;
};

/// Server: something failed, in the session or in one request.
struct server_error {
    std::string_view connection_id;
    std::string_view req_id; ///< Empty: the session as a whole.
    std::int32_t code = 0;
    std::string_view message;

    bool operator==(const server_error&) const = default;
};

/// Server: one frame of animation.
struct response_animation {
    std::string_view connection_id;
    std::string_view req_id;
    bool end = false; ///< The request's last frame.
    /// Field 4, bytes, as the public SDK spatialreal 0.2.2 declares it (avatarkit
    /// does not). Opaque: clients pass it through.
    std::string_view animation;
    /// Set by decode: this message as it came, fields we do not know included,
    /// to be passed on unread. Not looked at by encode.
    std::string_view body;

    bool operator==(const response_animation&) const = default;
};

/// Client: stop a request, even one whose audio has ended.
struct client_interrupt {
    std::string_view req_id;

    bool operator==(const client_interrupt&) const = default;
};

/// An envelope of a type this version does not know; its content is left out.
struct unknown_message {
    std::int32_t type = 0;

    bool operator==(const unknown_message&) const = default;
};

using message = std::variant<unknown_message, configure_session, confirm_session, audio_input,
                             server_error, response_animation, client_interrupt>;

/// The envelope's bytes. Fields with their default value are left out, as
/// proto3 does. A message may have at most 2 GiB, protobuf's own limit.
std::string encode(const message& m);

/// All bytes of an audio_input's envelope that go before the audio, which is
/// its last field: this and then `audio_size` bytes of audio are exactly one
/// envelope. So the audio can be sent from where it is, without a copy.
std::string audio_input_prefix(std::string_view req_id, bool end, std::size_t audio_size);

/// Reads one envelope; nothing when it is not valid protobuf. Never throws, on
/// any bytes. The type decides which message it is: when the envelope lacks
/// that message the result is an empty one; further messages in it, fields of
/// unknown number and fields of another wire type than theirs are skipped. Of
/// repeated occurrences the last counts, without merging. Unknown enum values
/// are kept. Text is not checked to be UTF-8.
std::optional<message> decode(std::string_view bytes) noexcept;

} // namespace avatar::protocol
