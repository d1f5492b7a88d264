#pragma once

#include "protocol/wire.hpp"

namespace avatar::transport {

struct channel_settings;

/// The first message of a session: what of audio comes, and where the animation
/// goes. Its views are into the settings.
protocol::configure_session session_terms(const channel_settings& settings);

} // namespace avatar::transport
