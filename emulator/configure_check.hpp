#pragma once

#include "emulator/session_error.hpp"
#include "protocol/wire.hpp"

#include <optional>

namespace avatar::emulator {

/// Why the emulator does not take that configuration; nothing when it does. It
/// has no way out to LiveKit or Agora: a complete egress is refused as the
/// service refuses one that is not configured on its side (code 14), an
/// incomplete one as the service does (code 3, or 16 without credentials).
std::optional<session_error> check_configuration(const protocol::configure_session& wanted);

} // namespace avatar::emulator
