#pragma once

#include "../protocol/audio_format.hpp"
#include "../protocol/failure.hpp"
#include "frames.hpp"
#include "inspection.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace avatar {

using std::chrono::nanoseconds;

/// How the bytes of a clip are to be read. Each session of the service is agreed for one.
struct clip_format {
    protocol::audio_format encoding = protocol::audio_format::pcm_s16le;
    std::int32_t sample_rate = 16'000; ///< Hz; before encoding.
    std::int32_t bitrate = 0; ///< Asked of our own encoder, in bits per second; 0: none was.

    bool operator==(const clip_format&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, clip_format& x) {
        return inspect_fields(f, x.encoding, x.sample_rate, x.bitrate);
    }
};

/// "PCM at 16000 Hz", "Ogg Opus at 48000 Hz", for error texts.
std::string describe(const clip_format& format);

/// Speech in the form that goes on the wire: one immutable buffer, shared by
/// reference from the file to every socket. It is sent in one piece, or as the
/// live stream it would be in a conversation: in several, one each interval.
/// Crosses a node boundary as its bytes.
class audio_clip {
public:
    audio_clip() = default;

    /// In one piece.
    explicit audio_clip(std::string bytes, const clip_format& format = {})
        : audio_clip(std::move(bytes), {}, {}, format) {}

    /// In pieces that end at these offsets, which only grow; the last is the
    /// end of the bytes. A piece may be empty: then its moment passes silently.
    /// Throws std::invalid_argument, with one line that says what does not fit, when
    /// the offsets are others, or `interval` is negative or its pieces last for years.
    audio_clip(std::string bytes, std::vector<std::uint64_t> ends, nanoseconds interval,
               const clip_format& format = {});

    /// The audio; lives as long as any copy of this clip.
    std::string_view bytes() const { return content_ ? content_->bytes : std::string_view(); }
    std::size_t size() const { return bytes().size(); }

    clip_format format() const { return content_ ? content_->format : clip_format(); }

    /// Names the buffer: the same for all clips that share it. Null: no audio.
    const void* buffer() const { return content_.get(); }

    /// At least 1.
    std::size_t pieces() const { return streamed() ? content_->ends.size() : 1; }

    /// From 0; lives as long as `bytes`.
    std::string_view piece(std::size_t i) const {
        if (!streamed())
            return bytes();
        const auto begin = i == 0 ? 0 : content_->ends[i - 1];
        return bytes().substr(begin, content_->ends[i] - begin);
    }

    /// From one piece to the next; 0 when there is but one.
    nanoseconds interval() const { return content_ ? content_->interval : nanoseconds(0); }

    /// Whether it is sent as a live stream.
    bool streamed() const { return content_ && !content_->ends.empty(); }

    bool operator==(const audio_clip& other) const {
        return bytes() == other.bytes() && interval() == other.interval() &&
               pieces() == other.pieces() && format() == other.format();
    }

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_clip& x) {
        auto copy = x.content_ ? *x.content_ : content();
        if constexpr (!Inspector::writes_state) {
            return f(copy.bytes, copy.ends, copy.interval, copy.format);
        } else {
            if (auto error = f(copy.bytes, copy.ends, copy.interval, copy.format))
                return error;
            return x.take(std::move(copy));
        }
    }

private:
    struct content {
        std::string bytes;
        std::vector<std::uint64_t> ends; // Empty: one piece.
        nanoseconds interval{0};
        clip_format format{};
    };

    /// Why nothing can be sent piece by piece that way; empty: it can.
    static std::string misfit(const content& c);

    /// What another node sent, unless it does not fit together.
    caf::error take(content read);

    std::shared_ptr<const content> content_;
};

/// Asks the source of a request for its next audio, as soon as the audio before is with the
/// operating system: a slow service slows whoever speaks. One at a time for each request.
/// A source is not told when a request ends: it is asked no more, and what it still answers
/// goes nowhere.
struct next_audio {
    std::string request_id; ///< Tells requests of one source apart, as far as callers do.
    bool first = false;     ///< Of the request.

    template <class Inspector>
    friend auto inspect(Inspector& f, next_audio& x) {
        return inspect_fields(f, x.request_id, x.first);
    }
};

/// Audio as it is spoken, in the format of the pool's channels. Goes out as one message of
/// the service. Of any size, but empty only as the last: a source that has no audio yet
/// answers later.
struct audio_piece {
    std::string bytes;
    bool last = false; ///< The request has no more.

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_piece& x) {
        return inspect_fields(f, x.bytes, x.last);
    }
};

/// Has the audio of requests, as it is spoken.
using audio_source_actor = caf::typed_actor<caf::replies_to<next_audio>::with<audio_piece>>;

/// Asks the pool to animate a clip, or what a source has. Answered by exactly one
/// `audio_result`.
struct audio_request {
    std::string request_id; ///< From protocol::make_request_id.
    audio_clip audio{};
    std::uint64_t lease = 0; ///< For the session that the sender acquired under it; 0: for any.

    nanoseconds spent{0}; ///< Late by so much already when it is sent.

    /// Gets the frames; null: they are counted and dropped. While it has granted no
    /// credit, its connection is not read, and the service has to wait. It loses the request
    /// when that lasts for longer than the pool's sink timeout, or when it ends.
    frame_sink_actor sink{};
    frame_credit window{256, 1024 * 1024}; ///< The sink's credit at first.

    /// Is asked for the audio; null: that is `audio`. Once it has been asked, no other
    /// session takes the request over. Having none for longer than the pool's audio timeout
    /// fails the request, an error as its answer cancels it, and its end before the last
    /// audio interrupts it. The request timeout begins with the last audio.
    audio_source_actor source{};

    /// Whether the audio goes out as a live stream.
    bool streamed() const { return source || audio.streamed(); }

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_request& x) {
        return inspect_fields(f, x.request_id, x.audio, x.lease, x.spent, x.sink, x.window,
                              x.source);
    }
};

/// What became of one request.
struct audio_result {
    std::string request_id;
    std::string connection_id;  ///< Empty when no session took the request.
    protocol::failure failure;  ///< Code `none`: success.
    std::uint64_t frames = 0;   ///< Animation frames received for it, or sent to its sink.
    std::uint64_t bytes = 0;    ///< Bytes of those frames.
    nanoseconds waited{0};      ///< In the pool's queue.
    nanoseconds duration{0};    ///< From entering the pool to the last frame or the failure.
    nanoseconds served{0};      ///< Of that, from sending the first audio to the last frame.
    nanoseconds first_frame{0}; ///< From sending the first audio to the first frame; 0: none came.
    /// From sending the last audio to the first frame; 0 also when that came
    /// before. Of a clip in one piece the same as `first_frame`.
    nanoseconds first_frame_after_last{0};
    bool streamed = false; ///< The audio went out in pieces.

    bool ok() const { return !failure; }
    bool interrupted() const { return failure.code == protocol::failure_code::request_interrupted; }
    bool cancelled() const { return failure.code == protocol::failure_code::request_cancelled; }

    template <class Inspector>
    friend auto inspect(Inspector& f, audio_result& x) {
        return inspect_fields(f, x.request_id, x.connection_id, x.failure, x.frames, x.bytes,
                              x.waited, x.duration, x.served, x.first_frame,
                              x.first_frame_after_last, x.streamed);
    }
};

} // namespace avatar
