#pragma once

#include "messages/audio.hpp"
#include "messages/remote.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace avatar {

/// Clips by their content, as they cross: packed, and with a hash that names them. Those used
/// last are kept, for a program sends the same few buffers again and again.
class packed_clips {
public:
    struct packed {
        std::string hash;
        std::shared_ptr<const std::string> bytes;
    };

    explicit packed_clips(caf::actor_system& system) : system_(system) {}

    /// Takes as long as hashing does where the buffer is not known.
    const packed& of(const audio_clip& clip);

private:
    struct known {
        audio_clip clip; // Keeps the buffer, which names it, from being another's.
        packed as;
    };

    caf::actor_system& system_;
    std::list<known> clips_; // Those used last stand first.
    std::unordered_map<const void*, std::list<known>::iterator> by_buffer_;
    std::size_t bytes_ = 0;
};

/// Which clips one share keeps. The oldest are dropped where a further one would be too much.
class sent_clips {
public:
    /// What is to be sent for a request with that clip, and before it.
    struct sending {
        std::uint64_t clip = 0;
        std::vector<remote_clip_part> parts;   ///< Empty: it is there.
        std::vector<drop_remote_clip> dropped; ///< Before the parts.
    };

    sending send(const packed_clips::packed& clip);

private:
    struct sent {
        std::string hash;
        std::uint64_t number = 0;
        std::size_t bytes = 0;
    };

    std::unordered_map<std::string, std::uint64_t> numbers_; // By hash.
    std::deque<sent> clips_;                                 // Oldest first.
    std::size_t bytes_ = 0;
    std::uint64_t last_ = 0;
};

} // namespace avatar
