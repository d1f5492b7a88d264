#include "emulator/configure_check.hpp"

#include "protocol/classify.hpp"

#include <string>

#define CAF_SUITE configure_check
#include "caf/test/dsl.hpp"

using namespace avatar::protocol;
using avatar::emulator::check_configuration;

namespace {

/// "code message" of the refusal, and how a client names it; empty when taken.
std::string refusal_of(const configure_session& wanted, bool egress = true) {
    const auto error = check_configuration(wanted, egress);
    if (!error)
        return "";
    failure known;
    known.phase = failure_phase::websocket_handshake;
    known.server_code = error->code;
    known.detail = error->message;
    return std::to_string(error->code) + " " + error->message + " (" +
           std::string(to_string(classify(known).code)) + ")";
}

std::string message_for(const configure_session& wanted) {
    return check_configuration(wanted, true).value().message;
}

configure_session pcm(std::int32_t rate) {
    configure_session wanted;
    wanted.sample_rate = rate;
    return wanted;
}

configure_session to_livekit(const livekit_egress& room) {
    auto wanted = pcm(16'000);
    wanted.egress_type = egress_type::livekit;
    wanted.livekit_egress = room;
    return wanted;
}

configure_session to_agora(const agora_egress& channel) {
    auto wanted = pcm(16'000);
    wanted.egress_type = egress_type::agora;
    wanted.agora_egress = channel;
    return wanted;
}

livekit_egress room() {
    livekit_egress to;
    to.url = "wss://livekit";
    to.room_name = "room";
    to.api_token = "header.payload.signature";
    return to;
}

const std::string not_configured =
    "14 egress client is not configured on server (egressUnavailable)";

} // namespace

CAF_TEST(every rate of PCM is taken) {
    for (const auto rate : pcm_rates)
        CAF_CHECK_EQUAL(refusal_of(pcm(rate)), "");
}

CAF_TEST(every rate of Ogg Opus is taken) {
    for (const auto rate : ogg_opus_rates) {
        auto wanted = pcm(rate);
        wanted.audio_format = audio_format::ogg_opus;
        CAF_CHECK_EQUAL(refusal_of(wanted), "");
    }
}

CAF_TEST(another rate is refused and named) {
    for (const auto rate : {0, -16'000, 11'025, 12'000, 96'000})
        CAF_CHECK_EQUAL(message_for(pcm(rate)), "unsupported sample rate: " + std::to_string(rate));
    CAF_CHECK_EQUAL(refusal_of(pcm(11'025)),
                    "2 unsupported sample rate: 11025 (unsupportedSampleRate)");
    auto wanted = pcm(44'100);
    wanted.audio_format = audio_format::ogg_opus;
    CAF_CHECK_EQUAL(message_for(wanted), "unsupported sample rate: 44100");
}

CAF_TEST(another format or compression is refused) {
    auto wanted = pcm(16'000);
    wanted.audio_format = static_cast<audio_format>(7);
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 unsupported audio format: 7 (invalidRequest)");
    wanted = pcm(16'000);
    wanted.transport_compression = static_cast<transport_compression>(2);
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 unsupported transport compression: 2 (invalidRequest)");
}

CAF_TEST(a complete egress is taken) {
    CAF_CHECK_EQUAL(refusal_of(to_livekit(room())), "");
    CAF_CHECK_EQUAL(
        refusal_of(to_agora({.channel_name = "channel", .token = "token", .publisher_id = ""})),
        "");
}

CAF_TEST(an Agora channel without a token is taken) {
    CAF_CHECK_EQUAL(
        refusal_of(to_agora({.channel_name = "channel", .token = "", .publisher_id = ""})), "");
}

CAF_TEST(a LiveKit token that is none is refused) {
    for (const auto* token : {"token", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "a.b.c d"}) {
        auto wrong = room();
        wrong.api_token = token;
        CAF_CHECK_EQUAL(refusal_of(to_livekit(wrong)),
                        "16 unauthorized: api_token is no JSON Web Token (invalidEgressConfig)");
    }
}

CAF_TEST(an emulator without egress refuses a complete one) {
    CAF_CHECK_EQUAL(refusal_of(pcm(16'000), false), "");
    CAF_CHECK_EQUAL(refusal_of(to_livekit(room()), false), not_configured);
    auto old_style = room();
    old_style.api_token = "";
    old_style.api_key = "key";
    old_style.api_secret = "secret";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(old_style), false), not_configured);
    CAF_CHECK_EQUAL(
        refusal_of(to_agora({.channel_name = "channel", .token = "token", .publisher_id = ""}),
                   false),
        not_configured);
}

CAF_TEST(an egress without credentials is refused) {
    auto anonymous = room();
    anonymous.api_token = "";
    anonymous.api_key = "key";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(anonymous)),
                    "16 missing livekit credentials: provide api_token or both api_key and "
                    "api_secret (invalidEgressConfig)");
    anonymous.api_key = "";
    anonymous.api_secret = "secret";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(anonymous)).substr(0, 30),
                    "16 missing livekit credentials");
    anonymous.api_secret = "";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(anonymous)).substr(0, 30),
                    "16 missing livekit credentials");
    anonymous.api_key = "key";
    anonymous.api_secret = "secret";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(anonymous)), "");
}

CAF_TEST(an egress without a destination is refused) {
    auto nowhere = room();
    nowhere.room_name = "";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(nowhere)),
                    "3 livekit_egress needs url and room_name (invalidEgressConfig)");
    nowhere = room();
    nowhere.url = "";
    CAF_CHECK_EQUAL(refusal_of(to_livekit(nowhere)),
                    "3 livekit_egress needs url and room_name (invalidEgressConfig)");
    CAF_CHECK_EQUAL(refusal_of(to_agora({})),
                    "3 agora_egress needs channel_name (invalidEgressConfig)");
    auto wanted = pcm(16'000);
    wanted.egress_type = egress_type::livekit;
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 livekit_egress is missing (invalidEgressConfig)");
    wanted.egress_type = egress_type::agora;
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 agora_egress is missing (invalidEgressConfig)");
    wanted.egress_type = static_cast<egress_type>(9);
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 unsupported egress type: 9 (invalidEgressConfig)");
}

CAF_TEST(two egresses at once are refused) {
    auto wanted = to_livekit(room());
    wanted.agora_egress = agora_egress{};
    CAF_CHECK_EQUAL(refusal_of(wanted), "3 livekit_egress and agora_egress exclude each other "
                                        "(invalidEgressConfig)");
}

CAF_TEST(a destination counts where the type was forgotten) {
    auto wanted = to_livekit(room());
    wanted.egress_type = egress_type::unspecified;
    CAF_CHECK_EQUAL(refusal_of(wanted, false), not_configured);
}
