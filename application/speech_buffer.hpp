#pragma once

#include "messages/audio.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace avatar::application {

/// Audio between the thread that speaks and the actor that the session asks for it. Nobody
/// holds its lock but for a moment: the actor never waits for a thread.
class speech_buffer {
public:
    /// Of `most` bytes.
    explicit speech_buffer(std::size_t most) : most_(most) {}

    struct written {
        std::size_t bytes = 0; ///< As many as the buffer had space for.
        bool wanted = false;   ///< The actor has asked already: it is to be told.
        bool over = false;     ///< Nobody takes any.
    };

    /// Waits while the buffer is full.
    written write(std::string_view audio);

    /// The last has been written.
    written finish();

    /// What is there, no more than so many bytes. Nothing yet: then it is wanted.
    std::optional<audio_piece> take(std::size_t at_most);

    /// Nobody takes any more.
    void close();

private:
    written note_written(std::size_t bytes);

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable taken_;
    std::string bytes_;
    bool finished_ = false;
    bool closed_ = false;
    bool wanted_ = false;
};

} // namespace avatar::application
