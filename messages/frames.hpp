#pragma once

#include "inspection.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace avatar {

/// What a receiver of frames still takes. A frame needs one of `frames`, and comes as
/// long as any of `bytes` remains: the last of them may exceed it.
struct frame_credit {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;

    bool operator==(const frame_credit&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, frame_credit& x) {
        return inspect_fields(f, x.frames, x.bytes);
    }
};

/// Animation frames of one request, in the order they came: each the whole message of the
/// service (a `response_animation` in its envelope), byte for byte. One immutable buffer,
/// shared by reference. Crosses a node boundary as its bytes.
class frame_batch {
public:
    /// Of no frame.
    frame_batch() = default;

    /// Frames that end at these offsets, which only grow; the last is the end of the bytes.
    /// Throws std::invalid_argument, with one line that says what does not fit, when the
    /// offsets are others.
    frame_batch(std::string bytes, std::vector<std::uint64_t> ends);

    /// All frames, one after another; lives as long as any copy of this batch.
    std::string_view bytes() const { return content_ ? content_->bytes : std::string_view(); }

    /// Of frames.
    std::size_t size() const { return content_ ? content_->ends.size() : 0; }

    bool empty() const { return size() == 0; }

    /// From 0; lives as long as `bytes`.
    std::string_view operator[](std::size_t i) const {
        const auto begin = i == 0 ? 0 : content_->ends[i - 1];
        return bytes().substr(begin, content_->ends[i] - begin);
    }

    bool operator==(const frame_batch& other) const {
        return size() == other.size() && bytes() == other.bytes() &&
               (empty() || content_->ends == other.content_->ends);
    }

    template <class Inspector>
    friend auto inspect(Inspector& f, frame_batch& x) {
        auto copy = x.content_ ? *x.content_ : content();
        if constexpr (!Inspector::writes_state) {
            return f(copy.bytes, copy.ends);
        } else {
            if (auto error = f(copy.bytes, copy.ends))
                return error;
            return x.take(std::move(copy));
        }
    }

private:
    struct content {
        std::string bytes;
        std::vector<std::uint64_t> ends;
    };

    /// What another node sent, unless it does not fit together.
    caf::error take(content read);

    std::shared_ptr<const content> content_;
};

/// Frames of one request, in order, some at a time. To its session from the channel; and
/// from there to its sink, before the `audio_result`. The sink answers with the credit for
/// more, at once or when it has capacity again.
struct animation_frames {
    std::string request_id;
    frame_batch frames;

    template <class Inspector>
    friend auto inspect(Inspector& f, animation_frames& x) {
        return inspect_fields(f, x.request_id, x.frames);
    }
};

/// Receives the frames of requests.
using frame_sink_actor = caf::typed_actor<caf::replies_to<animation_frames>::with<frame_credit>>;

} // namespace avatar
