#include "actors/cluster/requests/remote_clips.hpp"

#include "actors/cluster/shares/clip_packing.hpp"
#include "transport/hmac.hpp"

#include <utility>

namespace avatar {
namespace {

/// Bytes of packed clips that are kept here.
constexpr std::size_t most_packed_bytes = 64 * 1024 * 1024;

} // namespace

const packed_clips::packed& packed_clips::of(const audio_clip& clip) {
    if (const auto found = by_buffer_.find(clip.buffer()); found != by_buffer_.end()) {
        clips_.splice(clips_.begin(), clips_, found->second);
        return clips_.front().as;
    }
    auto bytes = std::make_shared<const std::string>(pack_clip(system_, clip));
    bytes_ += bytes->size();
    clips_.push_front({clip, {transport::sha256(*bytes), bytes}});
    by_buffer_[clip.buffer()] = clips_.begin();
    while (bytes_ > most_packed_bytes && clips_.size() > 1) {
        const auto& oldest = clips_.back();
        bytes_ -= oldest.as.bytes->size();
        by_buffer_.erase(oldest.clip.buffer());
        clips_.pop_back();
    }
    return clips_.front().as;
}

sent_clips::sending sent_clips::send(const packed_clips::packed& clip) {
    sending what;
    if (const auto known = numbers_.find(clip.hash); known != numbers_.end()) {
        what.clip = known->second;
        return what;
    }
    const auto size = clip.bytes->size();
    while (bytes_ + size > most_clip_bytes && !clips_.empty()) {
        const auto& oldest = clips_.front();
        what.dropped.push_back({oldest.number});
        bytes_ -= oldest.bytes;
        numbers_.erase(oldest.hash);
        clips_.pop_front();
    }
    what.clip = ++last_;
    for (std::size_t offset = 0; offset < size; offset += longest_clip_part)
        what.parts.push_back({what.clip, size, clip.bytes->substr(offset, longest_clip_part)});
    numbers_.emplace(clip.hash, what.clip);
    clips_.push_back({clip.hash, what.clip, size});
    bytes_ += size;
    return what;
}

} // namespace avatar
