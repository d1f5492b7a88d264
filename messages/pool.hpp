#pragma once

#include "messages/session.hpp"

#include <cstdint>
#include <string>

/// What the pool supervisor is told, besides `audio_request` and the messages of
/// its sessions.
namespace avatar {

/// Opens all connections in parallel. Answered by `pool_opened` when each has
/// been tried once.
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
        return f(x.with_connections);
    }
};

/// Takes back one request, wherever it is: in the queue, on its way to a session,
/// while its audio goes out or frames come in. Whoever sent it gets its one
/// result, `request_interrupted`, unless it was over before. The session is
/// usable again at once. An id that the pool does not hold is ignored.
struct interrupt_request {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, interrupt_request& x) {
        return f(x.request_id);
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

/// Cancels what is left and closes every connection normally. Answered by
/// `pool_closed`; the pool ends then.
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

/// The pool's own alarm: the first of a queue ordered by deadline is due. At
/// most one of each kind is on its way at any time.
struct deadline_due {
    enum class queue : std::uint8_t {
        waiting, ///< Requests without a session: borrow timeout.
        busy,    ///< Sessions with a request: request timeout.
        late,    ///< Sessions the service has not finished with: late timeout.
    };
    queue of = queue::waiting;

    template <class Inspector>
    friend auto inspect(Inspector& f, deadline_due& x) {
        return f(x.of);
    }
};

/// The pool's own alarm: a slot whose session failed to open tries again.
struct reopen_slot {
    session_key key; ///< The session to replace.

    template <class Inspector>
    friend auto inspect(Inspector& f, reopen_slot& x) {
        return f(x.key);
    }
};

} // namespace avatar
