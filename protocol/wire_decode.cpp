#include "protocol/wire.hpp"

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include <array>

namespace avatar::protocol {

namespace {

using protozero::pbf_reader;
using protozero::pbf_tag_type;
using protozero::pbf_wire_type;

std::string_view bytes_of(pbf_reader& in) {
    auto view = in.get_view();
    return {view.data(), view.size()};
}

pbf_reader reader_of(std::string_view bytes) {
    return pbf_reader(bytes.data(), bytes.size());
}

// Each takes the current field when it is the one asked for, with the wire type
// that belongs to it, and says whether it did.

bool take(pbf_reader& in, pbf_tag_type tag, std::string_view& value) {
    if (in.tag_and_type() != protozero::tag_and_type(tag, pbf_wire_type::length_delimited))
        return false;
    value = bytes_of(in);
    return true;
}

bool take_varint(pbf_reader& in, pbf_tag_type tag, std::uint64_t& value) {
    if (in.tag_and_type() != protozero::tag_and_type(tag, pbf_wire_type::varint))
        return false;
    value = in.get_uint64();
    return true;
}

/// Numbers, enums and flags. Those narrower than the varint keep its low bits.
/// A flag is read as a number as well: pbf_reader::get_bool looks at a byte
/// before it has checked that there is one.
template <class Number>
bool take(pbf_reader& in, pbf_tag_type tag, Number& value) {
    std::uint64_t wide = 0;
    if (!take_varint(in, tag, wide))
        return false;
    value = static_cast<Number>(wide);
    return true;
}

template <class Message>
Message read(std::string_view bytes);

template <class Message>
bool take(pbf_reader& in, pbf_tag_type tag, std::optional<Message>& value) {
    std::string_view bytes;
    if (!take(in, tag, bytes))
        return false;
    value = read<Message>(bytes);
    return true;
}

struct attribute {
    std::string_view name;
    std::string_view value;
};

bool take_field(pbf_reader& in, attribute& m) {
    return take(in, 1, m.name) || take(in, 2, m.value);
}

bool take_attribute(pbf_reader& in, pbf_tag_type tag,
                    std::map<std::string_view, std::string_view>& attributes) {
    std::string_view bytes;
    if (!take(in, tag, bytes))
        return false;
    auto entry = read<attribute>(bytes);
    attributes.insert_or_assign(entry.name, entry.value);
    return true;
}

bool take_field(pbf_reader& in, livekit_egress& m) {
    return take(in, 1, m.url) || take(in, 2, m.api_key) || take(in, 3, m.api_secret) ||
           take(in, 4, m.room_name) || take(in, 5, m.publisher_id) ||
           take_attribute(in, 6, m.extra_attributes) || take(in, 7, m.idle_timeout) ||
           take(in, 8, m.api_token);
}

bool take_field(pbf_reader& in, agora_egress& m) {
    return take(in, 1, m.channel_name) || take(in, 2, m.token) || take(in, 3, m.uid) ||
           take(in, 4, m.publisher_id);
}

bool take_field(pbf_reader& in, configure_session& m) {
    return take(in, 1, m.sample_rate) || take(in, 2, m.bitrate) || take(in, 3, m.audio_format) ||
           take(in, 4, m.transport_compression) || take(in, 5, m.egress_type) ||
           take(in, 6, m.livekit_egress) || take(in, 7, m.agora_egress);
}

bool take_field(pbf_reader& in, confirm_session& m) {
    return take(in, 1, m.connection_id);
}

bool take_field(pbf_reader& in, audio_input& m) {
    return take(in, 1, m.req_id) || take(in, 2, m.end) || take(in, 3, m.audio);
}

bool take_field(pbf_reader& in, server_error& m) {
    return take(in, 1, m.connection_id) || take(in, 2, m.req_id) || take(in, 3, m.code) ||
           take(in, 4, m.message);
}

bool take_field(pbf_reader& in, response_animation& m) {
    return take(in, 1, m.connection_id) || take(in, 2, m.req_id) || take(in, 3, m.end) ||
           take(in, 4, m.animation);
}

bool take_field(pbf_reader& in, client_interrupt& m) {
    return take(in, 1, m.req_id);
}

/// The envelope's parts, found before it is known which of them counts.
struct envelope {
    std::int32_t type = 0;
    std::array<std::string_view, 9> contents; ///< By field number.
};

bool take_field(pbf_reader& in, envelope& m) {
    auto tag = in.tag();
    return take(in, 1, m.type) || (tag < m.contents.size() && take(in, tag, m.contents[tag]));
}

template <class Message>
Message read(std::string_view bytes) {
    Message result;
    auto in = reader_of(bytes);
    while (in.next())
        if (!take_field(in, result))
            in.skip();
    return result;
}

response_animation read_animation(std::string_view bytes) {
    auto result = read<response_animation>(bytes);
    result.body = bytes;
    return result;
}

message read_content(const envelope& e) {
    switch (static_cast<message_type>(e.type)) {
    case message_type::client_configure_session:
        return read<configure_session>(e.contents[2]);
    case message_type::server_confirm_session:
        return read<confirm_session>(e.contents[3]);
    case message_type::client_audio_input:
        return read<audio_input>(e.contents[4]);
    case message_type::server_error:
        return read<server_error>(e.contents[5]);
    case message_type::server_response_animation:
        return read_animation(e.contents[6]);
    case message_type::client_interrupt:
        return read<client_interrupt>(e.contents[8]);
    case message_type::unspecified:
        break;
    }
    return unknown_message{e.type};
}

} // namespace

std::optional<message> decode(std::string_view bytes) noexcept {
    try {
        return read_content(read<envelope>(bytes));
    } catch (const protozero::exception&) {
        return std::nullopt;
    }
}

} // namespace avatar::protocol
