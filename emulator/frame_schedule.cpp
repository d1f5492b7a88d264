#include "emulator/frame_schedule.hpp"

#include <algorithm>
#include <utility>

namespace avatar::emulator {
namespace {

void send_due_frames(animation& a, steady_time now, const frame_schedule::send_frame& send) {
    for (; a.remaining > 0 && a.next <= now; a.next += a.interval)
        send(--a.remaining == 0 ? a.last : a.frame);
}

} // namespace

void frame_schedule::add(animation a) {
    animations_.push_back(std::move(a));
}

bool frame_schedule::contains(std::string_view request_id) const {
    return std::ranges::find(animations_, request_id, &animation::request_id) != animations_.end();
}

std::optional<steady_time> frame_schedule::next() const {
    const auto first = std::ranges::min_element(animations_, {}, &animation::next);
    return first == animations_.end() ? std::nullopt : std::optional(first->next);
}

void frame_schedule::send_due(steady_time now, const send_frame& send) {
    for (auto& a : animations_)
        send_due_frames(a, now, send);
    std::erase_if(animations_, [](const animation& a) { return a.remaining == 0; });
}

bool frame_schedule::cut_short(std::string_view request_id, const send_frame& send) {
    const auto found = std::ranges::find(animations_, request_id, &animation::request_id);
    if (found == animations_.end())
        return false;
    send(found->last);
    animations_.erase(found);
    return true;
}

} // namespace avatar::emulator
