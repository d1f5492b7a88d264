#pragma once

#include "audio.hpp"
#include "frames.hpp"
#include "inspection.hpp"
#include "leases.hpp"
#include "shares.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

/// What a pool over several nodes and the shares of its nodes say: single requests, their clips,
/// frames and audio, and leases. A number names a request or a question of one share; an answer
/// to one that is over goes nowhere.
namespace avatar {

/// Bounds of what is under way to one node; more is refused, as nodeBusy.
inline constexpr std::size_t most_remote_requests = 2'048;
inline constexpr std::size_t most_remote_bytes = 8 * 1024 * 1024;

/// Bytes of frames or audio in one message.
inline constexpr std::size_t longest_remote_part = 256 * 1024;

/// A request with a larger frame fails: a link takes messages of 1 MiB.
inline constexpr std::size_t largest_remote_frame = 768 * 1024;

/// Clips up to this go with each request, longer ones once to each node.
inline constexpr std::size_t longest_inline_clip = 4 * 1024;

/// Bytes of all clips that a share keeps.
inline constexpr std::size_t most_clip_bytes = 256 * 1024 * 1024;

/// A part of a clip that a share is to keep; parts come in order.
struct remote_clip_part {
    std::uint64_t clip = 0;  ///< Its number, of this share.
    std::uint64_t bytes = 0; ///< Of all parts together.
    std::string part;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_clip_part& x) {
        return inspect_fields(f, x.clip, x.bytes, x.part);
    }
};

/// No further request has that clip.
struct drop_remote_clip {
    std::uint64_t clip = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, drop_remote_clip& x) {
        return inspect_fields(f, x.clip);
    }
};

/// Answered by one `remote_result`.
struct remote_request {
    std::uint64_t number = 0;
    std::string request_id; ///< Of no other request that is under way at this share.
    std::uint64_t clip = 0; ///< One that the share keeps; 0: `audio`.
    audio_clip audio{};
    std::uint64_t lease = 0;
    nanoseconds spent{0};
    bool has_sink = false;
    frame_credit window{};
    bool has_source = false;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_request& x) {
        return inspect_fields(f, x.number, x.request_id, x.clip, x.audio, x.lease, x.spent,
                              x.has_sink, x.window, x.has_source);
    }
};

struct interrupt_remote {
    std::uint64_t number = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, interrupt_remote& x) {
        return inspect_fields(f, x.number);
    }
};

/// Answers each `remote_frames`, once.
struct remote_credit {
    std::uint64_t number = 0;
    frame_credit credit;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_credit& x) {
        return inspect_fields(f, x.number, x.credit);
    }
};

/// A part of the answer to `remote_audio_wanted`.
struct remote_audio {
    std::uint64_t number = 0;
    std::string part;
    bool whole = true;  ///< The piece ends with this part.
    bool last = false;  ///< The request has no further piece.
    std::string failed; ///< Why there is no audio, in one line; empty: there is.

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_audio& x) {
        return inspect_fields(f, x.number, x.part, x.whole, x.last, x.failed);
    }
};

/// The source of that request has ended, and what it said before was told.
struct remote_source_ended {
    std::uint64_t number = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_source_ended& x) {
        return inspect_fields(f, x.number);
    }
};

/// Answered by one `remote_lease`.
struct acquire_remote {
    std::uint64_t number = 0;
    acquire_session question;

    template <class Inspector>
    friend auto inspect(Inspector& f, acquire_remote& x) {
        return inspect_fields(f, x.number, x.question);
    }
};

struct remote_result {
    std::uint64_t share = 0;
    std::uint64_t number = 0;
    audio_result result;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_result& x) {
        return inspect_fields(f, x.share, x.number, x.result);
    }
};

/// Some frames of a request with a sink.
struct remote_frames {
    std::uint64_t share = 0;
    std::uint64_t number = 0;
    frame_batch frames;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_frames& x) {
        return inspect_fields(f, x.share, x.number, x.frames);
    }
};

/// The next piece of audio of a request with a source.
struct remote_audio_wanted {
    std::uint64_t share = 0;
    std::uint64_t number = 0;
    bool first = false;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_audio_wanted& x) {
        return inspect_fields(f, x.share, x.number, x.first);
    }
};

struct remote_lease {
    std::uint64_t share = 0;
    std::uint64_t number = 0;
    lease_granted granted;

    template <class Inspector>
    friend auto inspect(Inspector& f, remote_lease& x) {
        return inspect_fields(f, x.share, x.number, x.granted);
    }
};

/// A share whose requests its owner sends. What its owner still has under way or holds when it
/// is lost is cancelled and given back.
using request_share_actor = share_actor::extend< //
    caf::reacts_to<remote_clip_part>,            //
    caf::reacts_to<drop_remote_clip>,            //
    caf::reacts_to<remote_request>,              //
    caf::reacts_to<interrupt_remote>,            //
    caf::reacts_to<remote_credit>,               //
    caf::reacts_to<remote_audio>,                //
    caf::reacts_to<acquire_remote>,              //
    caf::reacts_to<release_session>>;

/// What it tells.
using request_share_owner_actor = share_owner_actor::extend< //
    caf::reacts_to<remote_result>,                           //
    caf::reacts_to<remote_frames>,                           //
    caf::reacts_to<remote_audio_wanted>,                     //
    caf::reacts_to<remote_lease>>;

} // namespace avatar
