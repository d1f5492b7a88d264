#pragma once

#include "messages/audio.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace avatar::application {

/// The frames of one animation, between the actor that gets them and the thread that takes
/// them. Nobody holds its lock but for a moment: the actor never waits for a thread.
class frame_collection {
public:
    /// Of `most` bytes.
    explicit frame_collection(std::size_t most) : most_(most) {}

    /// False: it is full, and whoever brings more waits until `take` says that it is not.
    bool add(frame_batch batch);

    /// The first result counts.
    void finish(audio_result result);

    const audio_result& wait();

    bool wait_for(std::chrono::milliseconds time);

    bool has_ended();

    /// Appends what is there, in order.
    void list(std::vector<std::string_view>& to);

    struct taken {
        frame_batch frames;    ///< Of no frame after the last.
        bool was_full = false; ///< And is not any more.
    };

    /// Waits for frames or the end.
    taken take();

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<frame_batch> batches_;
    std::size_t bytes_ = 0;
    bool full_ = false;
    std::optional<audio_result> result_;
};

} // namespace avatar::application
