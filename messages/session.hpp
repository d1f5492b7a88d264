#pragma once

#include "../protocol/failure.hpp"
#include "audio.hpp"
#include "channel.hpp"
#include "inspection.hpp"

#include <compare>
#include <cstdint>
#include <string>

/// What a session and its owner, the pool supervisor, say to each other.
namespace avatar {

/// Names one session for its owner: the slot it fills, and which of the slot's
/// successive sessions it is. A message of a former session is told by it.
struct session_key {
    std::uint64_t slot = 0;
    std::uint64_t generation = 0;

    auto operator<=>(const session_key&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, session_key& x) {
        return inspect_fields(f, x.slot, x.generation);
    }
};

/// To the owner: the service confirmed the session, it takes requests.
struct session_opened {
    session_key key;
    std::string connection_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, session_opened& x) {
        return inspect_fields(f, x.key, x.connection_id);
    }
};

/// To the owner: the service is done with the request, or has answered a check;
/// the session takes another request. `answered`: it gives the request its answer
/// now; false after `request_failed` and after a check.
struct session_idle {
    session_key key;
    bool answered = false;
    protocol::failure_code outcome = protocol::failure_code::none; ///< Of that answer.
    std::uint64_t late_frames = 0; ///< Dropped since the last such message.

    template <class Inspector>
    friend auto inspect(Inspector& f, session_idle& x) {
        return inspect_fields(f, x.key, x.answered, x.outcome, x.late_frames);
    }
};

/// To the owner: the request is answered with a failure, as `cancel_request` said or the
/// session decided, while the service still works on it.
struct request_failed {
    session_key key;
    protocol::failure_code outcome = protocol::failure_code::none;

    template <class Inspector>
    friend auto inspect(Inspector& f, request_failed& x) {
        return inspect_fields(f, x.key, x.outcome);
    }
};

/// To the owner: the session's request has audio to come from its source, or frames that
/// its sink has granted no credit for; or no longer. Meanwhile the service owes nothing.
struct request_paused {
    session_key key;
    bool paused = true;

    template <class Inspector>
    friend auto inspect(Inspector& f, request_paused& x) {
        return inspect_fields(f, x.key, x.paused);
    }
};

/// To the session: a request, and what has become of it so far. Answered by its one
/// `audio_result`, to whoever sent the request.
struct assigned_request {
    audio_request request;
    nanoseconds waited{0};   ///< In the owner's queue.
    nanoseconds spent{0};    ///< In sessions that were lost under it.
    std::uint32_t tries = 0; ///< Sessions that it was assigned to before.

    template <class Inspector>
    friend auto inspect(Inspector& f, assigned_request& x) {
        return inspect_fields(f, x.request, x.waited, x.spent, x.tries);
    }
};

/// To the owner: a request that the session cannot finish, with its caller's
/// promise. The owner assigns it to another session or answers it with `failure`.
/// Comes before `session_closed`, or after it, when the request was on its way.
struct returned_request {
    session_key key;
    assigned_request assigned;
    protocol::failure failure; ///< Why the session could not.
    bool accepted = true;      ///< The service may have taken some of its audio.
    bool silent = false;       ///< See channel_closed.

    template <class Inspector>
    friend auto inspect(Inspector& f, returned_request& x) {
        return inspect_fields(f, x.key, x.assigned, x.failure, x.accepted, x.silent);
    }
};

/// To the owner: the session has ended, and with it its connection. The last
/// news of every session, whether it ever opened or not; only a request that was
/// on its way may still come back.
struct session_closed {
    session_key key;
    protocol::failure failure; ///< Code `none`: closed as the owner wished.
    std::uint64_t late_frames = 0;
    bool crashed = false; ///< The session's own code failed, not its connection.
    bool silent = false;  ///< See channel_closed.

    template <class Inspector>
    friend auto inspect(Inspector& f, session_closed& x) {
        return inspect_fields(f, x.key, x.failure, x.late_frames, x.crashed, x.silent);
    }
};

/// To the session: answer that request with this failure now, and tell the
/// service to stop it. Ignored when another request is in flight, or none.
struct cancel_request {
    std::string request_id;
    protocol::failure failure;
    /// The session takes another request only when the service has finished
    /// with this one, which shows that it still works; else at once.
    bool await_service = true;

    template <class Inspector>
    friend auto inspect(Inspector& f, cancel_request& x) {
        return inspect_fields(f, x.request_id, x.failure, x.await_service);
    }
};

/// To the session: the source of that request has ended, which interrupts the request
/// unless all its audio has come.
struct source_ended {
    std::string request_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, source_ended& x) {
        return inspect_fields(f, x.request_id);
    }
};

/// To an idle session: see whether the service still answers; `session_idle`
/// comes when it does.
struct check_session {
    template <class Inspector>
    friend auto inspect(Inspector& f, check_session&) {
        return f();
    }
};

/// To the session: its owner has ended. It answers what it has, closes the
/// connection and goes away.
struct owner_ended {
    template <class Inspector>
    friend auto inspect(Inspector& f, owner_ended&) {
        return f();
    }
};

/// To the session: close the connection.
struct close_session {
    close_reason why = close_reason::normal;

    template <class Inspector>
    friend auto inspect(Inspector& f, close_session& x) {
        return inspect_fields(f, x.why);
    }
};

} // namespace avatar
