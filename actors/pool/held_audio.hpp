#pragma once

#include "messages/audio.hpp"

#include <cstddef>
#include <unordered_map>

namespace avatar {

/// The bytes that the clips of some requests hold. A buffer that several share
/// counts once.
class held_audio {
public:
    std::size_t bytes() const { return bytes_; }

    /// With one clip more.
    std::size_t bytes_with(const audio_clip& clip) const {
        return bytes_ + (clips_of_.contains(clip.buffer()) ? 0 : clip.size());
    }

    void add(const audio_clip& clip) {
        if (++clips_of_[clip.buffer()] == 1)
            bytes_ += clip.size();
    }

    void remove(const audio_clip& clip) {
        const auto found = clips_of_.find(clip.buffer());
        if (--found->second > 0)
            return;
        clips_of_.erase(found);
        bytes_ -= clip.size();
    }

private:
    std::unordered_map<const void*, std::size_t> clips_of_; // By buffer.
    std::size_t bytes_ = 0;
};

} // namespace avatar
