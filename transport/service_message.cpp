#include "transport/service_message.hpp"

#include "protocol/classify.hpp"
#include "transport/connection_error.hpp"

#include <utility>

namespace avatar::transport {

using protocol::failure_code;

protocol::message decode_message(std::string_view bytes, bool is_text,
                                 protocol::failure_phase phase) {
    if (is_text)
        throw connection_error(failure_code::protocol_error, phase,
                               "text frame instead of a binary one");
    auto message = protocol::decode(bytes);
    if (!message)
        throw connection_error(failure_code::protocol_error, phase,
                               "message that is no valid protobuf");
    return *std::move(message);
}

protocol::failure failure_of(const protocol::server_error& error, protocol::failure_phase phase,
                             const std::string& connection_id) {
    protocol::failure known;
    known.phase = phase;
    known.server_code = error.code;
    known.detail = error.message;
    known.connection_id = error.connection_id.empty() ? connection_id : error.connection_id;
    known.request_id = error.req_id;
    return protocol::classify(std::move(known));
}

} // namespace avatar::transport
