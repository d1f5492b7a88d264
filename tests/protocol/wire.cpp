#define CAF_SUITE wire

#include "protocol/wire.hpp"

#include "tests/protocol/wire_oracle.hpp"

#include <caf/test/dsl.hpp>

#include <avatar.pb.h>

using namespace avatar;
using namespace avatar::protocol;
using namespace avatar::protocol::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t samples = 2000;

/// The content of an envelope that must be of type T.
template <class T>
T decoded(std::string_view bytes) {
    auto m = decode(bytes);
    CAF_REQUIRE(m.has_value());
    CAF_REQUIRE(std::holds_alternative<T>(*m));
    return std::get<T>(*m);
}

std::string text(std::string_view view) {
    return std::string(view);
}

/// Fields of no known number, one of each wire type proto3 has.
template <class Message>
void add_unknown_fields(Message& m) {
    auto& fields = *m.GetReflection()->MutableUnknownFields(&m);
    fields.AddVarint(100, ~0ull);
    fields.AddFixed32(101, 1);
    fields.AddFixed64(102, 2);
    fields.AddLengthDelimited(103, "not for us");
}

} // namespace

CAF_TEST(encode gives the bytes of Google protobuf for every message) {
    auto engine = seeded_engine("encode");
    for (std::size_t i = 0; i < samples; ++i) {
        auto theirs = random_envelope(engine, i);
        CAF_REQUIRE(encode(as_ours(*theirs)) == serialised(*theirs));
    }
}

CAF_TEST(decode reads every message as Google protobuf wrote it) {
    auto engine = seeded_engine("decode");
    for (std::size_t i = 0; i < samples; ++i) {
        auto theirs = random_envelope(engine, i);
        auto bytes = serialised(*theirs);
        auto ours = decode(bytes);
        CAF_REQUIRE(ours.has_value());
        CAF_REQUIRE(without_body(*ours) == as_ours(*theirs));
    }
}

CAF_TEST(audio prefix and audio are one envelope for Google protobuf) {
    auto engine = seeded_engine("prefix");
    // Around every size at which a length takes one byte more.
    for (std::size_t size : {0, 1, 100, 127, 128, 129, 16'383, 16'384, 2'097'151, 2'097'152}) {
        for (bool end : {false, true}) {
            auto audio = std::string(size, static_cast<char>(engine()));
            auto bytes = audio_input_prefix("20231115101530_AbC123XyZ456", end, size) + audio;
            schema::Envelope theirs;
            CAF_REQUIRE(theirs.ParseFromString(bytes));
            CAF_CHECK_EQUAL(int(theirs.type()), int(schema::TYPE_CLIENT_AUDIO_INPUT));
            const auto& content = theirs.client_audio_input();
            CAF_CHECK_EQUAL(content.req_id(), "20231115101530_AbC123XyZ456"s);
            CAF_CHECK_EQUAL(content.end(), end);
            CAF_CHECK(content.audio() == audio);
            CAF_CHECK(serialised(theirs) == bytes);
        }
    }
}

CAF_TEST(fields of unknown number are skipped in the envelope and in its content) {
    auto engine = seeded_engine("unknown fields");
    for (std::size_t i = 0; i < 300; ++i) {
        auto theirs = random_envelope(engine, i);
        auto expected = as_ours(*theirs);
        add_unknown_fields(*theirs);
        if (theirs->has_server_error())
            add_unknown_fields(*theirs->mutable_server_error());
        if (theirs->has_client_configure_session())
            add_unknown_fields(*theirs->mutable_client_configure_session());
        if (theirs->has_server_response_animation())
            add_unknown_fields(*theirs->mutable_server_response_animation());
        auto bytes = serialised(*theirs);
        auto ours = decode(bytes);
        CAF_REQUIRE(ours.has_value());
        CAF_REQUIRE(without_body(*ours) == expected);
    }
}

CAF_TEST(the animation is where the public SDKs look for it) {
    const auto bytes = encode(response_animation{
        .connection_id = "c", .req_id = "r", .end = true, .animation = "moves", .body = {}});
    CAF_CHECK_EQUAL(bytes, "\x08\x05\x32\x0f\x0a\x01"
                           "c\x12\x01"
                           "r\x18\x01\x22\x05"
                           "moves"s);
}

CAF_TEST(the body of an animation is its message as it came) {
    schema::Envelope theirs;
    theirs.set_type(schema::TYPE_SERVER_RESPONSE_ANIMATION);
    auto& frame = *theirs.mutable_server_response_animation();
    frame.set_connection_id("c1");
    frame.set_req_id("r1");
    frame.set_animation("moves");
    add_unknown_fields(frame);
    auto bytes = serialised(theirs);
    auto ours = decoded<response_animation>(bytes);
    CAF_CHECK_EQUAL(text(ours.connection_id), "c1"s);
    CAF_CHECK_EQUAL(text(ours.req_id), "r1"s);
    CAF_CHECK_EQUAL(text(ours.animation), "moves"s);
    CAF_CHECK(text(ours.body) == frame.SerializeAsString());
}

CAF_TEST(decoded text lies in the decoded bytes) {
    auto bytes = encode(audio_input{"r1", true, "speech"});
    auto ours = decoded<audio_input>(bytes);
    CAF_CHECK(ours.audio.data() == bytes.data() + bytes.find("speech"));
}

CAF_TEST(a type without its content is an empty message) {
    for (int type : {1, 2, 3, 4, 5, 7}) {
        schema::Envelope theirs;
        theirs.set_type(static_cast<schema::Type>(type));
        auto bytes = serialised(theirs);
        auto ours = decode(bytes);
        CAF_REQUIRE(ours.has_value());
        CAF_CHECK(*ours == as_ours(theirs));
        CAF_CHECK(!std::holds_alternative<unknown_message>(*ours));
    }
}

CAF_TEST(the type decides when the content is of another message) {
    schema::Envelope theirs;
    theirs.set_type(schema::TYPE_SERVER_CONFIRM_SESSION);
    theirs.mutable_server_error()->set_message("boom");
    CAF_CHECK_EQUAL(text(decoded<confirm_session>(serialised(theirs)).connection_id), ""s);
}

CAF_TEST(fields may come in any order) {
    // Confirm session (3) before the type (1); in it nothing else to reorder.
    CAF_CHECK_EQUAL(text(decoded<confirm_session>("\x1a\x03\x0a\x01"
                                                  "c\x08\x02")
                             .connection_id),
                    "c"s);
    // Audio input: audio (3), end (2), request id (1).
    auto input = decoded<audio_input>("\x22\x09\x1a\x02hi\x10\x01\x0a\x01r\x08\x03");
    CAF_CHECK_EQUAL(text(input.audio) + text(input.req_id), "hir"s);
    CAF_CHECK(input.end);
}

CAF_TEST(an unknown type is kept as a number) {
    for (int type : {6, 8, 99, -1}) {
        schema::Envelope theirs;
        theirs.set_type(static_cast<schema::Type>(type));
        theirs.mutable_server_error()->set_message("boom");
        CAF_CHECK_EQUAL(decoded<unknown_message>(serialised(theirs)).type, type);
        CAF_CHECK_EQUAL(decoded<unknown_message>(encode(unknown_message{type})).type, type);
    }
    CAF_CHECK_EQUAL(decoded<unknown_message>("").type, 0);
    CAF_CHECK_EQUAL(encode(unknown_message{}), ""s);
}

CAF_TEST(the last of repeated fields counts) {
    auto bytes = encode(confirm_session{"first"}) + encode(confirm_session{"second"});
    CAF_CHECK_EQUAL(text(decoded<confirm_session>(bytes).connection_id), "second"s);
    auto types = encode(confirm_session{"c"}) + encode(unknown_message{7});
    CAF_CHECK(std::holds_alternative<client_interrupt>(decode(types).value()));
}

CAF_TEST(the last value of an egress attribute counts) {
    // Field 2 (configure session): field 6 (LiveKit): twice field 6 (attribute) "k".
    auto entry = [](char value) { return "\x32\x06\x0a\x01k\x12\x01"s + value; };
    auto livekit = entry('1') + entry('2');
    auto configure = "\x32"s + char(livekit.size()) + livekit;
    auto bytes = "\x08\x01\x12"s + char(configure.size()) + configure;
    auto ours = decoded<configure_session>(bytes);
    CAF_REQUIRE(ours.livekit_egress.has_value());
    CAF_CHECK_EQUAL(ours.livekit_egress->extra_attributes.size(), 1u);
    CAF_CHECK_EQUAL(text(ours.livekit_egress->extra_attributes["k"]), "2"s);
}

CAF_TEST(a known field of another wire type is skipped) {
    // Server error: the code (3) as text, then the message (4).
    auto error = "\x1a\x01x\x22\x02no"s;
    auto bytes = "\x08\x04\x2a"s + char(error.size()) + error;
    auto ours = decoded<server_error>(bytes);
    CAF_CHECK_EQUAL(ours.code, 0);
    CAF_CHECK_EQUAL(text(ours.message), "no"s);
}

CAF_TEST(an overlong flag is still true) {
    // Audio input: end (2) = 128, whose first varint byte has no low bits set.
    auto input = "\x10\x80\x01"s;
    auto bytes = "\x08\x03\x22"s + char(input.size()) + input;
    CAF_CHECK(decoded<audio_input>(bytes).end);
}

CAF_TEST(messages of the successor are passed over) {
    // client_pause in field 9, client_resume in 10, server_playback_state in 11.
    const std::pair<std::string, std::int32_t> envelopes[] = {
        {"\x08\x08\x4A\x05\x0A\x03r-1", 8},
        {"\x08\x09\x52\x05\x0A\x03r-1", 9},
        {"\x08\x0A\x5A\x07\x12\x03r-1\x18\x01", 10},
    };
    for (const auto& [bytes, type] : envelopes) {
        const auto message = decode(bytes);
        CAF_REQUIRE(message.has_value());
        CAF_REQUIRE(std::holds_alternative<unknown_message>(*message));
        CAF_CHECK_EQUAL(std::get<unknown_message>(*message).type, type);
    }
}
