#include "application/speech_buffer.hpp"

#include <utility>

namespace avatar::application {

speech_buffer::written speech_buffer::write(std::string_view audio) {
    std::unique_lock lock(mutex_);
    taken_.wait(lock, [this] { return bytes_.size() < most_ || closed_; });
    if (closed_ || finished_)
        return {0, false, true};
    if (audio.empty())
        return {};
    const auto some = audio.substr(0, most_ - bytes_.size());
    bytes_ += some;
    return note_written(some.size());
}

speech_buffer::written speech_buffer::finish() {
    const std::lock_guard lock(mutex_);
    if (closed_ || finished_)
        return {0, false, true};
    finished_ = true;
    return note_written(0);
}

std::optional<audio_piece> speech_buffer::take(std::size_t at_most) {
    const std::lock_guard lock(mutex_);
    if (bytes_.empty() && !finished_) {
        wanted_ = true;
        return std::nullopt;
    }
    audio_piece piece{bytes_.substr(0, at_most), false};
    bytes_.erase(0, at_most);
    piece.last = finished_ && bytes_.empty();
    taken_.notify_all();
    return piece;
}

void speech_buffer::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    taken_.notify_all();
}

speech_buffer::written speech_buffer::note_written(std::size_t bytes) {
    return {bytes, std::exchange(wanted_, false), false};
}

} // namespace avatar::application
