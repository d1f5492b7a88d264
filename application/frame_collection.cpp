#include "application/frame_collection.hpp"

#include <algorithm>
#include <utility>

namespace avatar::application {

bool frame_collection::add(frame_batch batch) {
    const std::lock_guard lock(mutex_);
    bytes_ += batch.bytes().size();
    batches_.push_back(std::move(batch));
    full_ = bytes_ >= most_;
    changed_.notify_all();
    return !full_;
}

void frame_collection::finish(audio_result result) {
    const std::lock_guard lock(mutex_);
    if (!result_)
        result_ = std::move(result);
    changed_.notify_all();
}

const audio_result& frame_collection::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return result_.has_value(); });
    return *result_; // Never changed again.
}

bool frame_collection::wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    const std::chrono::milliseconds longest = std::chrono::hours(24); // More may overflow.
    return changed_.wait_for(lock, std::min(time, longest), [this] { return result_.has_value(); });
}

bool frame_collection::has_ended() {
    const std::lock_guard lock(mutex_);
    return result_.has_value();
}

void frame_collection::list(std::vector<std::string_view>& to) {
    const std::lock_guard lock(mutex_);
    for (const auto& batch : batches_)
        for (std::size_t i = 0; i < batch.size(); ++i)
            to.push_back(batch[i]);
}

frame_collection::taken frame_collection::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !batches_.empty() || result_; });
    if (batches_.empty())
        return {};
    taken some{std::move(batches_.front()), false};
    batches_.pop_front();
    bytes_ -= some.frames.bytes().size();
    some.was_full = full_ && bytes_ < most_;
    if (some.was_full)
        full_ = false;
    return some;
}

} // namespace avatar::application
