#pragma once

#include "../messages/audio.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace avatar::application {

class running_animation;

/// What every animation is: the animation of one request while it comes, and when it has. Its
/// frames are collected meanwhile, each the whole message of the service, byte for byte, up to
/// `most_collected`: then the service has to wait until some are taken, and the request fails
/// with the code `sinkTooSlow` when none are for pool.sink_timeout. Of one thread at a time, but
/// for `cancel`. One that was moved from may only be assigned to, or end.
///
/// For references, where a function takes either kind; an object is one of the two kinds below,
/// and moves to its own kind only.
class any_animation {
public:
    /// Bytes of frames that wait to be taken; a window of 1 MB may come on top.
    static constexpr std::size_t most_collected = 64 * 1024 * 1024;

    /// Waits for the end, for which the pool's own timeouts are a bound: `ok()` of the result
    /// says whether that was the animation's own, its `failure` why not. Lives as long as this
    /// object.
    const audio_result& wait();

    /// The same for a limited time; false: it has not ended.
    bool wait_for(std::chrono::milliseconds time);

    /// What has come and was not taken by `next`, in order. Lives until this object ends, or
    /// `next` takes more. Of the whole animation after `wait`.
    std::vector<std::string_view> frames() const;

    /// Waits for the next frame and takes it. Nothing after the last. Lives until it is called
    /// again.
    std::optional<std::string_view> next();

    /// Calls `use` with each frame as it comes, on the thread that calls this; it may take its
    /// time. Then the same as `wait`. What it throws comes through.
    const audio_result& for_each(const std::function<void(std::string_view frame)>& use);

    /// Interrupts the request, unless it has ended. The result is `requestInterrupted` then.
    /// From any thread.
    void cancel();

protected:
    explicit any_animation(std::unique_ptr<running_animation> running);
    any_animation(any_animation&&) noexcept;
    any_animation& operator=(any_animation&&) noexcept;

    /// Cancels what still runs.
    ~any_animation();

    std::unique_ptr<running_animation> running_; ///< Null: moved from.

private:
    void let_go();
};

/// The animation of a clip.
class animation final : public any_animation {
    friend class runtime;

    explicit animation(std::unique_ptr<running_animation> running);
};

/// An animation whose audio is spoken meanwhile: by one thread that writes, which may be
/// another than the one that takes the frames.
class live_animation final : public any_animation {
public:
    /// Bytes that wait for the service, before `write` does.
    static constexpr std::size_t most_unsent = 64 * 1024;

    /// Says something: mono PCM, signed 16-bit little-endian at the pool's sample rate, in any
    /// cut; encoded on the way where the pool's sessions take Ogg Opus. Waits while the service
    /// is slow. False when the request is over: then nothing is heard any more. To say nothing
    /// for longer than pool.audio_timeout fails the request with the code `audioTimeout`.
    bool write(std::string_view audio);

    /// There is no more. Without that, the request is cancelled with this object.
    void finish();

private:
    friend class runtime;

    explicit live_animation(std::unique_ptr<running_animation> running);
};

} // namespace avatar::application
