#pragma once

#include <cstdint>

namespace avatar {

/// Where a session stands in its life. The session's actor and its pool use the same
/// phases; the pool enters them as the messages between the two arrive.
///
///     connecting ──▶ idle ◀──▶ busy
///          │          ▲│        │
///          │          │▼        │
///          │       draining ◀───┤
///          │           │        │
///          └───────────┴────────┴──▶ closed
enum class session_phase : std::uint8_t {
    connecting, ///< Its connection is being opened.
    idle,       ///< It has no request, and can take one.
    busy,       ///< It has a request.
    draining,   ///< It takes none until its service has ended a cancelled one or answered a check.
    closed,     ///< Its connection has ended.
};

} // namespace avatar
