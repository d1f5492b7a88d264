#include "actors/cluster/shares/clip_packing.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <stdexcept>
#include <vector>

namespace avatar {

std::string pack_clip(caf::actor_system& system, const audio_clip& clip) {
    std::vector<char> bytes;
    caf::binary_serializer to(system, bytes);
    auto copy = clip;
    if (const auto error = to(copy))
        throw std::logic_error("a clip that cannot be written");
    return {bytes.begin(), bytes.end()};
}

audio_clip unpack_clip(caf::actor_system& system, const std::string& bytes) {
    audio_clip clip;
    caf::binary_deserializer from(system, bytes.data(), bytes.size());
    if (from(clip) || from.remaining() > 0)
        throw std::invalid_argument("the clip of its coordinator cannot be read");
    return clip;
}

} // namespace avatar
