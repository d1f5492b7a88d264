#pragma once

#include "transport/delivery.hpp"

#include <chrono>
#include <optional>

namespace avatar::transport {

/// Tells for how long nothing that is written to a connection has moved on: neither
/// to the other machine nor into the kernel's queue. So a service is found that reads
/// nothing, while its machine is well and it may even send. No I/O.
class write_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// To be called from time to time. `writing`: a write is under way now.
    std::chrono::milliseconds stalled_for(bool writing, const std::optional<tcp_progress>& now,
                                          time_point when);

    /// What stood still until now may have had no chance to move.
    void restart() { last_.reset(); }

    /// When something that was written was last seen to move; long ago if never.
    time_point last_movement() const { return moved_; }

private:
    std::optional<tcp_progress> last_; // As at `moved_`, while a write is under way.
    time_point moved_;
};

} // namespace avatar::transport
