#pragma once

#include "protocol/failure.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace avatar {

using std::chrono::nanoseconds;

/// Speech in the form that goes on the wire: one immutable buffer, shared by
/// reference from the file to every socket. Crosses a node boundary as its
/// bytes.
class audio_clip {
public:
    audio_clip() = default;
    explicit audio_clip(std::string bytes)
        : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

    /// The audio; lives as long as any copy of this clip.
    std::string_view bytes() const { return bytes_ ? *bytes_ : std::string_view(); }
    std::size_t size() const { return bytes().size(); }

    bool operator==(const audio_clip& other) const { return bytes() == other.bytes(); }

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_clip& x) {
        if constexpr (Inspector::reads_state) {
            auto bytes = std::string(x.bytes());
            return f(bytes);
        } else {
            std::string bytes;
            auto error = f(bytes);
            x = audio_clip(std::move(bytes));
            return error;
        }
    }

private:
    std::shared_ptr<const std::string> bytes_;
};

/// Asks the pool to animate a clip. Answered by exactly one `audio_result`.
struct audio_request {
    std::string request_id; ///< From protocol::make_request_id.
    audio_clip audio;
    nanoseconds waited{0}; ///< Set by the pool: time in its queue.

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_request& x) {
        return f(x.request_id, x.audio, x.waited);
    }
};

/// What became of one request.
struct audio_result {
    std::string request_id;
    std::string connection_id;  ///< Empty when no session took the request.
    protocol::failure failure;  ///< Code `none`: success.
    std::uint64_t frames = 0;   ///< Animation frames received for it.
    std::uint64_t bytes = 0;    ///< Bytes of those frames.
    nanoseconds waited{0};      ///< In the pool's queue.
    nanoseconds duration{0};    ///< From entering the pool to the last frame or the failure.
    nanoseconds first_frame{0}; ///< From sending the audio to the first frame; 0: none came.

    bool ok() const { return !failure; }

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_result& x) {
        return f(x.request_id, x.connection_id, x.failure, x.frames, x.bytes, x.waited, x.duration,
                 x.first_frame);
    }
};

} // namespace avatar
