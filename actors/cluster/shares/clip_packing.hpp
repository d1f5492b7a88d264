#pragma once

#include "messages/audio.hpp"

#include <caf/fwd.hpp>

#include <string>

namespace avatar {

/// The bytes of a clip that cross in parts.
std::string pack_clip(caf::actor_system& system, const audio_clip& clip);

/// From them. Throws std::invalid_argument, with one line.
audio_clip unpack_clip(caf::actor_system& system, const std::string& bytes);

} // namespace avatar
