#pragma once

#include "protocol/failure.hpp"
#include "protocol/wire.hpp"

#include <string>
#include <string_view>

namespace avatar::transport {

/// A message of the service; its views are into `bytes`. Throws connection_error, for
/// `phase`, where it is text or no valid protobuf.
protocol::message decode_message(std::string_view bytes, bool is_text,
                                 protocol::failure_phase phase);

/// What an error that the service has sent means. `connection_id` is used where the error
/// has none.
protocol::failure failure_of(const protocol::server_error& error, protocol::failure_phase phase,
                             const std::string& connection_id);

} // namespace avatar::transport
