#pragma once

#include "../messages/audio.hpp"
#include "animation.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace avatar::application {

class runtime;

/// A session that is this program's alone, from `pool::acquire`. Goes back to the pool with
/// this object; one that was moved from may only be assigned to, or end. Of one thread at a time,
/// and with one animation at a time: the next one is for when that before has its result, or was
/// cancelled. Taken back by the pool when it was kept for longer than pool.max_lease, or its
/// connection has died: its animations then fail with the code `leaseLost`.
class session {
public:
    session(session&& other) noexcept;
    session& operator=(session&& other) noexcept;

    /// An animation that still runs runs on.
    ~session();

    /// The service's name for the connection.
    const std::string& connection_id() const { return connection_id_; }

    /// Sends the clip, whole or as the live stream that it is cut into.
    animation animate(audio_clip speech);

    /// Sends audio as it is spoken.
    live_animation speak();

private:
    friend class pool;

    session(std::shared_ptr<runtime> runtime, std::uint64_t lease, std::string connection_id);

    std::shared_ptr<runtime> runtime_; // Null: moved from.
    std::uint64_t lease_ = 0;
    std::string connection_id_;
};

} // namespace avatar::application
