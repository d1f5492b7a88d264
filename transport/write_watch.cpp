#include "transport/write_watch.hpp"

namespace avatar::transport {

std::chrono::milliseconds
write_watch::stalled_for(bool writing, const std::optional<tcp_progress>& now, time_point when) {
    const bool stands = writing && now && last_ && now->acknowledged == last_->acknowledged &&
                        now->unsent == last_->unsent;
    if (stands)
        return std::chrono::duration_cast<std::chrono::milliseconds>(when - moved_);
    last_ = writing ? now : std::nullopt;
    if (writing)
        moved_ = when;
    return std::chrono::milliseconds(0);
}

} // namespace avatar::transport
