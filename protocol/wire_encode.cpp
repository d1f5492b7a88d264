#include "protocol/wire.hpp"

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

namespace avatar::protocol {

namespace {

using protozero::pbf_writer;

constexpr protozero::pbf_tag_type envelope_type = 1;

void add_text(pbf_writer& out, protozero::pbf_tag_type tag, std::string_view text) {
    if (!text.empty())
        out.add_string(tag, text.data(), text.size());
}

void add_number(pbf_writer& out, protozero::pbf_tag_type tag, std::int32_t number) {
    if (number != 0)
        out.add_int32(tag, number);
}

template <class Enum>
void add_enum(pbf_writer& out, protozero::pbf_tag_type tag, Enum value) {
    add_number(out, tag, static_cast<std::int32_t>(value));
}

void add_flag(pbf_writer& out, protozero::pbf_tag_type tag, bool flag) {
    if (flag)
        out.add_bool(tag, true);
}

template <class Message>
void add_message(pbf_writer& out, protozero::pbf_tag_type tag, const Message& m);

void add_fields(pbf_writer& out, const livekit_egress& m) {
    add_text(out, 1, m.url);
    add_text(out, 2, m.api_key);
    add_text(out, 3, m.api_secret);
    add_text(out, 4, m.room_name);
    add_text(out, 5, m.publisher_id);
    for (const auto& [name, value] : m.extra_attributes) {
        // A map entry is the one place where proto3 writes defaults.
        pbf_writer entry(out, 6);
        entry.add_string(1, name.data(), name.size());
        entry.add_string(2, value.data(), value.size());
    }
    add_number(out, 7, m.idle_timeout);
    add_text(out, 8, m.api_token);
}

void add_fields(pbf_writer& out, const agora_egress& m) {
    add_text(out, 1, m.channel_name);
    add_text(out, 2, m.token);
    if (m.uid != 0)
        out.add_uint32(3, m.uid);
    add_text(out, 4, m.publisher_id);
}

void add_fields(pbf_writer& out, const configure_session& m) {
    add_number(out, 1, m.sample_rate);
    add_number(out, 2, m.bitrate);
    add_enum(out, 3, m.audio_format);
    add_enum(out, 4, m.transport_compression);
    add_enum(out, 5, m.egress_type);
    if (m.livekit_egress)
        add_message(out, 6, *m.livekit_egress);
    if (m.agora_egress)
        add_message(out, 7, *m.agora_egress);
}

void add_fields(pbf_writer& out, const confirm_session& m) {
    add_text(out, 1, m.connection_id);
}

void add_fields(pbf_writer& out, const audio_input& m) {
    add_text(out, 1, m.req_id);
    add_flag(out, 2, m.end);
    add_text(out, 3, m.audio);
}

void add_fields(pbf_writer& out, const server_error& m) {
    add_text(out, 1, m.connection_id);
    add_text(out, 2, m.req_id);
    add_number(out, 3, m.code);
    add_text(out, 4, m.message);
}

void add_fields(pbf_writer& out, const response_animation& m) {
    add_text(out, 1, m.connection_id);
    add_text(out, 2, m.req_id);
    add_flag(out, 3, m.end);
    add_text(out, 4, m.animation);
}

void add_fields(pbf_writer& out, const client_interrupt& m) {
    add_text(out, 1, m.req_id);
}

/// A message within a message. A nested pbf_writer would leave it out when it
/// is empty, but here presence says something: which egress, which content.
template <class Message>
void add_message(pbf_writer& out, protozero::pbf_tag_type tag, const Message& m) {
    std::string fields;
    pbf_writer nested(fields);
    add_fields(nested, m);
    out.add_message(tag, fields);
}

template <class Message>
void add_content(pbf_writer& out, message_type type, protozero::pbf_tag_type tag,
                 const Message& m) {
    add_enum(out, envelope_type, type);
    add_message(out, tag, m);
}

struct envelope_writer {
    pbf_writer& out;

    void operator()(const unknown_message& m) const { add_number(out, envelope_type, m.type); }
    void operator()(const configure_session& m) const {
        add_content(out, message_type::client_configure_session, 2, m);
    }
    void operator()(const confirm_session& m) const {
        add_content(out, message_type::server_confirm_session, 3, m);
    }
    void operator()(const audio_input& m) const {
        add_content(out, message_type::client_audio_input, 4, m);
    }
    void operator()(const server_error& m) const {
        add_content(out, message_type::server_error, 5, m);
    }
    void operator()(const response_animation& m) const {
        add_content(out, message_type::server_response_animation, 6, m);
    }
    void operator()(const client_interrupt& m) const {
        add_content(out, message_type::client_interrupt, 8, m);
    }
};

/// A field's number and length; its bytes come after.
void add_head(std::string& out, std::uint64_t field, std::size_t size) {
    constexpr std::uint64_t length_delimited = 2;
    protozero::add_varint_to_buffer(&out, field << 3 | length_delimited);
    protozero::add_varint_to_buffer(&out, size);
}

} // namespace

std::string encode(const message& m) {
    std::string bytes;
    pbf_writer out(bytes);
    std::visit(envelope_writer{out}, m);
    return bytes;
}

std::string audio_input_prefix(std::string_view req_id, bool end, std::size_t audio_size) {
    constexpr std::size_t most_heads = 48; // Around the id and the audio.
    std::string bytes;
    bytes.reserve(req_id.size() + most_heads);
    pbf_writer content(bytes);
    add_fields(content, audio_input{req_id, end, {}});
    if (audio_size != 0)
        add_head(bytes, 3, audio_size);
    // What comes before is short enough to be inserted without memory of its own.
    std::string front;
    pbf_writer envelope(front);
    add_enum(envelope, envelope_type, message_type::client_audio_input);
    add_head(front, 4, bytes.size() + audio_size);
    bytes.insert(0, front);
    return bytes;
}

} // namespace avatar::protocol
