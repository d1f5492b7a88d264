// Input: the bytes of one WebSocket frame.

#include "protocol/wire.hpp"

#include "tests/fuzz/property.hpp"

#include <cstdint>

using namespace avatar::protocol;
using avatar::fuzz::require;

namespace {

/// Checks that every text of a message lies within the bytes it came from.
struct within {
    std::string_view bytes;

    void text(std::string_view part) const {
        require(part.empty() || (part.data() >= bytes.data() &&
                                 part.data() + part.size() <= bytes.data() + bytes.size()),
                "a decoded text points into the input");
    }

    void operator()(const unknown_message&) const {}
    void operator()(const configure_session& m) const {
        if (m.livekit_egress) {
            const auto& livekit = *m.livekit_egress;
            for (auto part : {livekit.url, livekit.api_key, livekit.api_secret, livekit.room_name,
                              livekit.publisher_id, livekit.api_token})
                text(part);
            for (const auto& [name, value] : livekit.extra_attributes) {
                text(name);
                text(value);
            }
        }
        if (m.agora_egress)
            for (auto part : {m.agora_egress->channel_name, m.agora_egress->token,
                              m.agora_egress->publisher_id})
                text(part);
    }
    void operator()(const confirm_session& m) const { text(m.connection_id); }
    void operator()(const audio_input& m) const {
        text(m.req_id);
        text(m.audio);
    }
    void operator()(const server_error& m) const {
        for (auto part : {m.connection_id, m.req_id, m.message})
            text(part);
    }
    void operator()(const response_animation& m) const {
        for (auto part : {m.connection_id, m.req_id, m.animation, m.body})
            text(part);
    }
    void operator()(const client_interrupt& m) const { text(m.req_id); }
};

/// Without what only decoding sets: an animation's fields that we do not know
/// are not encoded again.
message without_body(message m) {
    if (auto animation = std::get_if<response_animation>(&m))
        animation->body = {};
    return m;
}

void check_round_trip(const message& m) {
    const auto bytes = encode(m);
    const auto again = decode(bytes);
    require(again.has_value(), "what was encoded can be decoded");
    require(without_body(*again) == without_body(m), "a message survives encoding");
    require(encode(*again) == bytes, "a message has one encoding");
}

void check_prefix(const audio_input& m) {
    auto bytes = audio_input_prefix(m.req_id, m.end, m.audio.size());
    require(bytes.append(m.audio) == encode(m), "prefix and audio are the envelope");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto decoded = decode(bytes);
    if (!decoded)
        return 0;
    std::visit(within{bytes}, *decoded);
    check_round_trip(*decoded);
    if (const auto audio = std::get_if<audio_input>(&*decoded))
        check_prefix(*audio);
    return 0;
}
