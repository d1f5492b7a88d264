#include "emulator/frame_schedule.hpp"

#include <algorithm>
#include <utility>

namespace avatar::emulator {
namespace {

/// Its last frame, which only follows once the audio has ended, has gone out.
bool is_over(const animation& a) {
    return a.sent > a.planned;
}

/// Not over, but all that the audio so far is worth has gone out.
bool waits_for_audio(const animation& a) {
    return !a.ended && a.sent >= a.planned;
}

/// The fault that ended it; null: none.
const fault* send_due_frames(animation& a, steady_time now,
                             const frame_schedule::send_frame& send) {
    for (; !is_over(a) && !waits_for_audio(a) && a.next <= now; a.next += a.interval) {
        const bool is_last = a.sent >= a.planned;
        if (const auto* wrong = send(
                {a.request_id, is_last ? a.last : a.frame, {a.sent, a.foreseen, is_last, a.luck}}))
            return wrong;
        ++a.sent;
    }
    return nullptr;
}

} // namespace

void frame_schedule::add(animation a) {
    animations_.push_back(std::move(a));
}

animation* frame_schedule::find(std::string_view request_id) {
    const auto found = std::ranges::find(animations_, request_id, &animation::request_id);
    return found == animations_.end() ? nullptr : &*found;
}

std::size_t frame_schedule::ended() const {
    return static_cast<std::size_t>(std::ranges::count(animations_, true, &animation::ended));
}

std::optional<steady_time> frame_schedule::next() const {
    std::optional<steady_time> first;
    for (const auto& a : animations_)
        if (!waits_for_audio(a) && (!first || a.next < *first))
            first = a.next;
    return first;
}

std::vector<broken_animation> frame_schedule::send_due(steady_time now, const send_frame& send) {
    std::vector<broken_animation> broken;
    for (auto& a : animations_)
        if (const auto* wrong = send_due_frames(a, now, send))
            broken.push_back({a.request_id, wrong});
    std::erase_if(animations_, is_over);
    for (const auto& each : broken)
        remove(each.request_id);
    return broken;
}

transport::shared_bytes frame_schedule::cut_short(std::string_view request_id) {
    const auto found = std::ranges::find(animations_, request_id, &animation::request_id);
    if (found == animations_.end())
        return nullptr;
    auto last = std::move(found->last);
    animations_.erase(found);
    return last;
}

void frame_schedule::remove(std::string_view request_id) {
    std::erase_if(animations_, [&](const animation& a) { return a.request_id == request_id; });
}

} // namespace avatar::emulator
