#pragma once

#include "messages/actors.hpp"

namespace avatar {

/// What a pool supervisor is told: by its callers, who hold it as a `pool_actor`, by its
/// sessions, and by itself, later: `pool_failed` of its dispatch policy.
using pool_supervisor_actor =
    pool_actor::extend_with<session_owner_actor>::extend<reacts_to<deadline_due>,   //
                                                         reacts_to<reconnect_slot>, //
                                                         reacts_to<pool_failed>>;

} // namespace avatar
