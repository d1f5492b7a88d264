#pragma once

#include "../protocol/failure.hpp"
#include "inspection.hpp"

#include <chrono>
#include <cstdint>
#include <string>

/// What a caller that wants a session to itself for a while says to the pool.
/// actors/pool/session_lease.hpp has a guard that cannot forget to release it.
namespace avatar {

/// Asks for a session for several requests. Waits in the same queue as requests
/// do, for the pool's borrow timeout or for `limit`, whichever is shorter. Answered by
/// exactly one `lease_granted`.
struct acquire_session {
    std::string holder;                 ///< A name for the log.
    std::chrono::milliseconds limit{0}; ///< 0: the pool's.

    template <class Inspector>
    friend auto inspect(Inspector& f, acquire_session& x) {
        return inspect_fields(f, x.holder, x.limit);
    }
};

/// The session is the asker's until it releases it, ends, or has had it for the
/// max lease: its requests with `lease` go to that session and to no other, one at a
/// time.
struct lease_granted {
    std::uint64_t lease = 0; ///< A random number; 0: none, for the failure's reason.
    std::string connection_id;
    protocol::failure failure;

    bool ok() const { return lease != 0; }

    template <class Inspector>
    friend auto inspect(Inspector& f, lease_granted& x) {
        return inspect_fields(f, x.lease, x.connection_id, x.failure);
    }
};

/// The holder does not need the session any more. A request that still runs
/// there runs on; the session is free after it. Counts from the holder only; a
/// lease that is over is ignored.
struct release_session {
    std::uint64_t lease = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, release_session& x) {
        return inspect_fields(f, x.lease);
    }
};

} // namespace avatar
