#pragma once

#include "emulator/session_error.hpp"
#include "protocol/wire.hpp"

#include <optional>

namespace avatar::emulator {

/// Whether the animation goes to LiveKit or Agora: a destination counts even
/// where the type was forgotten.
bool wants_egress(const protocol::configure_session& wanted);

/// Why the emulator does not take that configuration; nothing when it does. An
/// egress is refused as the service refuses it: code 3 when it is incomplete, 16
/// when it has no credentials or a LiveKit token that is none (no JSON Web
/// Token), 14 when `egress` is false: none is configured on the service's side.
std::optional<session_error> check_configuration(const protocol::configure_session& wanted,
                                                 bool egress);

} // namespace avatar::emulator
