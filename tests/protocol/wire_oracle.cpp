#include "tests/protocol/wire_oracle.hpp"

#include <array>
#include <avatar.pb.h>
#include <cstdlib>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <iostream>
#include <limits>

namespace avatar::protocol::test {

namespace {

bool coin(random_engine& engine) {
    return below(engine, 2) == 0;
}

/// Text as proto3 wants it, with one to four bytes a character and zeros in it.
std::string random_text(random_engine& engine) {
    constexpr std::array<std::string_view, 6> characters = {
        "a", "Z", std::string_view("\0", 1), "\xC3\xA9", "\xE6\xBC\xA2", "\xF0\x9F\x98\x80"};
    std::string text;
    // Long ones need a length of two bytes.
    for (auto n = below(engine, coin(engine) ? 4 : 200); n > 0; --n)
        text += characters[below(engine, characters.size())];
    return text;
}

std::string random_bytes(random_engine& engine) {
    std::string bytes(below(engine, coin(engine) ? 8 : 2'000), '\0');
    for (auto& byte : bytes)
        byte = static_cast<char>(engine());
    return bytes;
}

std::int32_t random_number(random_engine& engine) {
    using limits = std::numeric_limits<std::int32_t>;
    switch (below(engine, 5)) {
    case 0:
        return 0;
    case 1:
        return limits::max();
    case 2:
        return limits::min();
    case 3:
        return -1;
    default:
        return static_cast<std::int32_t>(engine());
    }
}

/// A known value or one of a version to come.
template <class Enum>
Enum random_enum(random_engine& engine) {
    return static_cast<Enum>(coin(engine) ? below(engine, 4) : random_number(engine));
}

void fill(random_engine& engine, schema::LiveKitEgress& m) {
    m.set_url(random_text(engine));
    m.set_api_key(random_text(engine));
    m.set_api_secret(random_text(engine));
    m.set_room_name(random_text(engine));
    m.set_publisher_id(random_text(engine));
    for (auto n = below(engine, 5); n > 0; --n)
        (*m.mutable_extra_attributes())[random_text(engine)] = random_text(engine);
    m.set_idle_timeout(random_number(engine));
    m.set_api_token(random_text(engine));
}

void fill(random_engine& engine, schema::AgoraEgress& m) {
    m.set_channel_name(random_text(engine));
    m.set_token(random_text(engine));
    m.set_uid(static_cast<std::uint32_t>(random_number(engine)));
    m.set_publisher_id(random_text(engine));
}

void fill(random_engine& engine, schema::ConfigureSession& m) {
    m.set_sample_rate(random_number(engine));
    m.set_bitrate(random_number(engine));
    m.set_audio_format(random_enum<schema::AudioFormat>(engine));
    m.set_transport_compression(random_enum<schema::TransportCompression>(engine));
    m.set_egress_type(random_enum<schema::EgressType>(engine));
    if (coin(engine))
        fill(engine, *m.mutable_livekit_egress());
    if (coin(engine))
        fill(engine, *m.mutable_agora_egress());
}

void fill(random_engine& engine, schema::ConfirmSession& m) {
    m.set_connection_id(random_text(engine));
}

void fill(random_engine& engine, schema::AudioInput& m) {
    m.set_req_id(random_text(engine));
    m.set_end(coin(engine));
    m.set_audio(random_bytes(engine));
}

void fill(random_engine& engine, schema::ServerError& m) {
    m.set_connection_id(random_text(engine));
    m.set_req_id(random_text(engine));
    m.set_code(random_number(engine));
    m.set_message(random_text(engine));
}

void fill(random_engine& engine, schema::ResponseAnimation& m) {
    m.set_connection_id(random_text(engine));
    m.set_req_id(random_text(engine));
    m.set_end(coin(engine));
    m.set_animation(random_bytes(engine));
}

void fill(random_engine& engine, schema::Interrupt& m) {
    m.set_req_id(random_text(engine));
}

livekit_egress as_ours(const schema::LiveKitEgress& m) {
    livekit_egress ours{m.url(),          m.api_key(), m.api_secret(),   m.room_name(),
                        m.publisher_id(), {},          m.idle_timeout(), m.api_token()};
    for (const auto& [name, value] : m.extra_attributes())
        ours.extra_attributes.emplace(name, value);
    return ours;
}

configure_session as_ours(const schema::ConfigureSession& m) {
    configure_session ours;
    ours.sample_rate = m.sample_rate();
    ours.bitrate = m.bitrate();
    ours.audio_format = static_cast<audio_format>(m.audio_format());
    ours.transport_compression = static_cast<transport_compression>(m.transport_compression());
    ours.egress_type = static_cast<egress_type>(m.egress_type());
    if (m.has_livekit_egress())
        ours.livekit_egress = as_ours(m.livekit_egress());
    if (m.has_agora_egress()) {
        const auto& agora = m.agora_egress();
        ours.agora_egress =
            agora_egress{agora.channel_name(), agora.token(), agora.uid(), agora.publisher_id()};
    }
    return ours;
}

} // namespace

random_engine seeded_engine(std::string_view purpose) {
    auto chosen = std::getenv("AVATAR_TEST_SEED");
    auto seed = chosen ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
    std::cerr << purpose << ": AVATAR_TEST_SEED=" << seed << '\n';
    return random_engine(seed);
}

std::size_t below(random_engine& engine, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine);
}

std::unique_ptr<schema::Envelope> random_envelope(random_engine& engine, std::size_t i) {
    auto envelope = std::make_unique<schema::Envelope>();
    switch (i % 6) {
    case 0:
        envelope->set_type(schema::TYPE_CLIENT_CONFIGURE_SESSION);
        fill(engine, *envelope->mutable_client_configure_session());
        break;
    case 1:
        envelope->set_type(schema::TYPE_SERVER_CONFIRM_SESSION);
        fill(engine, *envelope->mutable_server_confirm_session());
        break;
    case 2:
        envelope->set_type(schema::TYPE_CLIENT_AUDIO_INPUT);
        fill(engine, *envelope->mutable_client_audio_input());
        break;
    case 3:
        envelope->set_type(schema::TYPE_SERVER_ERROR);
        fill(engine, *envelope->mutable_server_error());
        break;
    case 4:
        envelope->set_type(schema::TYPE_SERVER_RESPONSE_ANIMATION);
        fill(engine, *envelope->mutable_server_response_animation());
        break;
    case 5:
        envelope->set_type(schema::TYPE_CLIENT_INTERRUPT);
        fill(engine, *envelope->mutable_client_interrupt());
        break;
    }
    return envelope;
}

std::string serialised(const schema::Envelope& envelope) {
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream out(&stream);
        out.SetSerializationDeterministic(true);
        envelope.SerializeToCodedStream(&out);
    }
    return bytes;
}

message as_ours(const schema::Envelope& envelope) {
    switch (envelope.type()) {
    case schema::TYPE_CLIENT_CONFIGURE_SESSION:
        return as_ours(envelope.client_configure_session());
    case schema::TYPE_SERVER_CONFIRM_SESSION:
        return confirm_session{envelope.server_confirm_session().connection_id()};
    case schema::TYPE_CLIENT_AUDIO_INPUT: {
        const auto& m = envelope.client_audio_input();
        return audio_input{m.req_id(), m.end(), m.audio()};
    }
    case schema::TYPE_SERVER_ERROR: {
        const auto& m = envelope.server_error();
        return server_error{m.connection_id(), m.req_id(), m.code(), m.message()};
    }
    case schema::TYPE_SERVER_RESPONSE_ANIMATION: {
        const auto& m = envelope.server_response_animation();
        return response_animation{m.connection_id(), m.req_id(), m.end(), m.animation(), {}};
    }
    case schema::TYPE_CLIENT_INTERRUPT:
        return client_interrupt{envelope.client_interrupt().req_id()};
    default:
        return unknown_message{envelope.type()};
    }
}

message without_body(message m) {
    if (auto animation = std::get_if<response_animation>(&m))
        animation->body = {};
    return m;
}

} // namespace avatar::protocol::test
