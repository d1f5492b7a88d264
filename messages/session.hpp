#pragma once

#include "protocol/failure.hpp"

#include <cstdint>
#include <string>

/// What a session and its owner, the pool supervisor, say to each other.
namespace avatar {

/// Names one session for its owner: the slot it fills, and which of the slot's
/// successive sessions it is. A message of a former session is told by it.
struct session_key {
    std::uint64_t slot = 0;
    std::uint64_t generation = 0;

    bool operator==(const session_key&) const = default;

    template <class Inspector>
    friend auto inspect(Inspector& f, session_key& x) {
        return f(x.slot, x.generation);
    }
};

/// To the owner: the service confirmed the session, it takes requests.
struct session_opened {
    session_key key;
    std::string connection_id;

    template <class Inspector>
    friend auto inspect(Inspector& f, session_opened& x) {
        return f(x.key, x.connection_id);
    }
};

/// To the owner: the service is done with the request, the session takes
/// another.
struct session_idle {
    session_key key;
    std::uint64_t late_frames = 0; ///< Dropped since the last such message.

    template <class Inspector>
    friend auto inspect(Inspector& f, session_idle& x) {
        return f(x.key, x.late_frames);
    }
};

/// To the owner: the session has ended, and with it its connection. The last
/// message of every session, whether it ever opened or not.
struct session_closed {
    session_key key;
    protocol::failure failure; ///< Code `none`: closed as the owner wished.
    std::uint64_t late_frames = 0;

    template <class Inspector>
    friend auto inspect(Inspector& f, session_closed& x) {
        return f(x.key, x.failure, x.late_frames);
    }
};

/// To the session: answer that request with this failure now, and tell the
/// service to stop it. Ignored when another request is in flight, or none.
struct give_up_request {
    std::string request_id;
    protocol::failure failure;
    /// The session takes another request only when the service has finished
    /// with this one, as a sign that it still works; else at once.
    bool await_service = true;

    template <class Inspector>
    friend auto inspect(Inspector& f, give_up_request& x) {
        return f(x.request_id, x.failure, x.await_service);
    }
};

/// To the session: close the connection, normally.
struct close_session {
    template <class Inspector>
    friend auto inspect(Inspector& f, close_session&) {
        return f();
    }
};

} // namespace avatar
