#include "actors/cluster/links/basp_guard.hpp"

#include <caf/io/basp/header.hpp>
#include <caf/io/basp/message_type.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace avatar {
namespace {

using caf::io::basp::message_type;

static_assert(basp_guard::header_size == caf::io::basp::header_size);

/// Fields of a header are big-endian.
std::uint32_t payload_of(const unsigned char* header) {
    return std::uint32_t{header[4]} << 24 | std::uint32_t{header[5]} << 16 |
           std::uint32_t{header[6]} << 8 | std::uint32_t{header[7]};
}

/// A message of one of CAF's streams, which no actor here has: whatever it contains, CAF takes
/// it for what its header says.
bool is_of_stream(const unsigned char* header) {
    std::uint64_t id = 0;
    for (int i = 8; i < 16; ++i)
        id = id << 8 | header[i];
    return caf::make_message_id(id).is_stream_message();
}

} // namespace

bool basp_guard::accepts(const void* data, std::size_t size) {
    if (payload_ == 0)
        return size == header_size && accepts_header(static_cast<const unsigned char*>(data));
    const bool whole = size == payload_;
    payload_ = 0;
    return whole;
}

bool basp_guard::accepts_header(const unsigned char* header) {
    payload_ = payload_of(header);
    if (payload_ > max_payload_)
        return false;
    const auto operation = static_cast<message_type>(header[0]);
    const auto introduction =
        side_ == side::accepting ? message_type::client_handshake : message_type::server_handshake;
    if (!std::exchange(introduced_, true))
        return payload_ > 0 && operation == introduction;
    switch (operation) {
    case message_type::direct_message:
        return payload_ > 0 && !is_of_stream(header);
    case message_type::monitor_message:
    case message_type::down_message:
        return payload_ > 0;
    case message_type::heartbeat:
        return payload_ == 0;
    case message_type::client_handshake: // Once more, where two nodes have connected twice.
        return payload_ > 0 && operation == introduction;
    default: // No node passes messages on to others.
        return false;
    }
}

} // namespace avatar
