#pragma once

#include "../../messages/actors.hpp"
#include "../../protocol/request_id.hpp"
#include "pool_failures.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace avatar {

/// A session that an actor has acquired, its holder. Releases it when it goes out of
/// scope, so that no path through the holder's code can forget to. Move only: a session
/// has one holder.
class session_lease {
public:
    /// What `pool` has granted to `holder`. Does not keep that actor alive.
    session_lease(pool_actor pool, caf::actor_addr holder, lease_granted granted)
        : pool_(std::move(pool)),
          holder_(std::move(holder)),
          granted_(std::move(granted)) {}

    ~session_lease() {
        if (!pool_)
            return;
        // The pool listens to the holder only. When that has ended, the pool has
        // taken the session back by itself.
        if (const auto holder = caf::actor_cast<caf::strong_actor_ptr>(holder_))
            caf::send_as(caf::actor_cast<caf::actor>(holder), pool_,
                         release_session{granted_.lease});
    }

    session_lease(session_lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          holder_(std::move(other.holder_)),
          granted_(std::move(other.granted_)) {}

    session_lease& operator=(session_lease other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(holder_, other.holder_);
        std::swap(granted_, other.granted_);
        return *this;
    }

    const std::string& connection_id() const { return granted_.connection_id; }

    /// A request that goes to this session and no other, whole or as the live
    /// stream it is cut into. To be sent by the holder, to the pool it was
    /// acquired from, when the one before has its result.
    audio_request request(audio_clip audio) const {
        auto request = make_request();
        request.audio = std::move(audio);
        return request;
    }

    /// The same for audio as it is spoken.
    audio_request request(audio_source_actor source) const {
        auto request = make_request();
        request.source = std::move(source);
        return request;
    }

private:
    audio_request make_request() const {
        audio_request request;
        request.request_id = protocol::make_request_id();
        request.lease = granted_.lease;
        return request;
    }

    pool_actor pool_;
    caf::actor_addr holder_;
    lease_granted granted_;
};

/// Acquires a session of `pool` for the actor `self`, called `name` in the log, and
/// calls `use` with its `session_lease`, or `otherwise` with the failure that says
/// why there is none, also when the pool has ended. The session is released when
/// `use` drops the lease; what it does later holds the lease as long as it
/// needs it. Waits for `limit` at most, and never for longer than the pool's borrow
/// timeout; 0: for that.
template <class Self, class Use, class Otherwise>
void with_session(Self* self, const pool_actor& pool, std::string name, Use use,
                  Otherwise otherwise, std::chrono::milliseconds limit = {}) {
    auto on_granted = [pool, holder = self->address(), use = std::move(use),
                       otherwise](lease_granted& granted) mutable {
        if (granted.ok())
            use(session_lease(pool, holder, std::move(granted)));
        else
            otherwise(granted.failure);
    };
    self->request(pool, caf::infinite, acquire_session{std::move(name), limit})
        .then(std::move(on_granted),
              [otherwise](const caf::error&) mutable { otherwise(pool_has_ended()); });
}

} // namespace avatar
