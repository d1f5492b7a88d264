#pragma once

#include "application/runtime.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace avatar::application {

/// What an animation holds.
class running_animation {
public:
    running_animation(std::shared_ptr<runtime> runtime, std::string request_id,
                      std::shared_ptr<frame_collection> frames,
                      std::shared_ptr<speech_buffer> speech)
        : runtime_(std::move(runtime)),
          request_id_(std::move(request_id)),
          frames_(std::move(frames)),
          speech_(std::move(speech)) {}

    frame_collection& frames() { return *frames_; }

    /// Those that were taken with the latest frame of `next`, and then what is collected.
    std::vector<std::string_view> untaken() const;

    std::optional<std::string_view> next();
    bool write(std::string_view audio);
    void finish_speech();
    void cancel();

private:
    void tell_if_wanted(const speech_buffer::written& done);

    std::shared_ptr<runtime> runtime_;
    std::string request_id_;
    std::shared_ptr<frame_collection> frames_;
    std::shared_ptr<speech_buffer> speech_; // Null: a clip.
    frame_batch taken_;                     // Whose frames are given out one by one.
    std::size_t given_ = 0;                 // Of them.
};

} // namespace avatar::application
