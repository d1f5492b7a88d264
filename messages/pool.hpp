#pragma once

#include "inspection.hpp"
#include "session.hpp"

#include <cstdint>
#include <string>

/// What the pool supervisor is told, besides `audio_request` and the messages of
/// its sessions.
namespace avatar {

/// Opens all connections in parallel. Answered by `pool_opened` when each has
/// been tried once; asked again, by the same answer.
struct open_pool {
    template <class Inspector>
    friend auto inspect(Inspector& f, open_pool&) {
        return f();
    }
};

/// Answered by `pool_status`.
struct get_pool_status {
    bool with_connections = false; ///< Each connection's line as well.

    template <class Inspector>
    friend auto inspect(Inspector& f, get_pool_status& x) {
        return inspect_fields(f, x.with_connections);
    }
};

/// Interrupts one request, wherever it is: in the queue, on its way to a session,
/// while its audio goes out or frames come in. Whoever sent it gets its one
/// result, `request_interrupted`, unless it was over before. The session is
/// usable again at once. Counts from who sent the request; an id of which the pool
/// holds none of that sender is ignored. Of several with one id the oldest is meant.
struct interrupt_request {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, interrupt_request& x) {
        return inspect_fields(f, x.request_id);
    }
};

/// Fails every request in the pool, waiting or running, with
/// `request_cancelled`, and takes no further ones. Ends the wait for
/// `pool_opened` too.
struct cancel_requests {
    template <class Inspector>
    friend auto inspect(Inspector& f, cancel_requests&) {
        return f();
    }
};

/// Takes no further requests, fails those that wait with `request_cancelled`, and
/// cancels running ones when the drain timeout is over. Connections
/// are closed with code 1001 (going away) from now on.
struct drain_pool {
    template <class Inspector>
    friend auto inspect(Inspector& f, drain_pool&) {
        return f();
    }
};

/// Cancels what is left and closes every connection. Answered by `pool_closed`,
/// to each that asks; the pool ends then.
struct close_pool {
    template <class Inspector>
    friend auto inspect(Inspector& f, close_pool&) {
        return f();
    }
};

struct pool_closed {
    template <class Inspector>
    friend auto inspect(Inspector& f, pool_closed&) {
        return f();
    }
};

/// Asks to be told should the pool ever fail: answered by `pool_failed` then,
/// and never otherwise.
struct watch_pool {
    template <class Inspector>
    friend auto inspect(Inspector& f, watch_pool&) {
        return f();
    }
};

/// The actors of the pool's sessions failed more often than it allows, or its dispatch policy
/// did. Every request, now and from now on, fails with this.
struct pool_failed {
    protocol::failure failure;

    template <class Inspector>
    friend auto inspect(Inspector& f, pool_failed& x) {
        return inspect_fields(f, x.failure);
    }
};

/// The pool's own timer: something that it waits for is due. At most a few of
/// each kind are on their way at any time, however many requests there are.
struct deadline_due {
    enum class kind : std::uint8_t {
        waiting,   ///< A request without a session: borrow timeout.
        busy,      ///< A session with a request: request timeout.
        request,   ///< A request that may wait for its caller: max request.
        health,    ///< A session that is to pass a health check: late timeout.
        lease,     ///< A session that a caller has acquired: max lease.
        connect,   ///< A connection may be begun again: connect rate.
        renewal,   ///< A session that is to be renewed: max session age.
        limit,     ///< Another session may be tried, beyond those the service allowed.
        fail_fast, ///< No session has been up for too long.
        drain,     ///< Running requests had their time: drain timeout.
        opening,   ///< A session that is to open: the plan's open timeout.
        closing,   ///< All sessions, when the pool closes.
    };
    kind of = kind::waiting;
    nanoseconds at{0}; ///< When it was to come, on the actor clock.

    template <class Inspector>
    friend auto inspect(Inspector& f, deadline_due& x) {
        return inspect_fields(f, x.of, x.at);
    }
};

inline bool is_acceptable(deadline_due::kind kind) {
    return kind <= deadline_due::kind::closing;
}

/// The pool's own timer: a slot whose session failed to open tries again.
struct reconnect_slot {
    session_key key; ///< The session that it failed to open.

    template <class Inspector>
    friend auto inspect(Inspector& f, reconnect_slot& x) {
        return inspect_fields(f, x.key);
    }
};

} // namespace avatar
