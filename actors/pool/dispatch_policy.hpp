#pragma once

#include <caf/actor_addr.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace avatar {

/// A session that could take a request now.
struct idle_session {
    std::uint64_t slot = 0;         ///< Its place in the pool, from 0: its name here.
    std::uint64_t requests = 0;     ///< Those that it has taken.
    std::string_view connection_id; ///< Lives as long as the call.
};

/// A request that waits for a session.
struct waiting_request {
    std::uint64_t number = 0;    ///< Its name here; grows from each to the next that comes.
    caf::actor_addr caller;      ///< Who sent it.
    std::string_view request_id; ///< Empty: a caller that wants to acquire a session. Lives as
                                 ///< long as the call.
};

/// Decides which idle session takes a request, and which waiting request comes next. A pool
/// without one takes the session that has been idle for longest, and lets its callers take
/// turns; so does one whose policy leaves a choice to it.
///
/// An object of its pool: every function runs in the pool's actor, which handles nothing else
/// meanwhile, and returns at once. It is told what there is to choose from as that changes,
/// so that a choice need not go through all of it. A session or request that it chooses and
/// that does not exist fails one request with `extensionFailed`; what it throws fails the pool.
class dispatch_policy {
public:
    virtual ~dispatch_policy() = default;

    /// May be chosen from now on.
    virtual void session_idle(const idle_session&) {}

    /// It may not any more: it was, or its connection has ended.
    virtual void session_gone(std::uint64_t /*slot*/) {}

    /// Asked when a request comes and at least one session is idle. Nothing: the pool chooses.
    virtual std::optional<std::uint64_t> choose_session() { return std::nullopt; }

    /// May be chosen from now on.
    virtual void request_waiting(const waiting_request&) {}

    /// It may not any more: it was, or has failed.
    virtual void request_gone(std::uint64_t /*number*/) {}

    /// Asked when a session becomes idle and at least one request waits. Nothing: the pool
    /// chooses.
    virtual std::optional<std::uint64_t> choose_request() { return std::nullopt; }
};

/// Makes the policy of one pool, whose sessions and requests it hears of from then on.
using dispatch_policy_factory = std::function<std::unique_ptr<dispatch_policy>()>;

} // namespace avatar
