#pragma once

#include "inspection.hpp"
#include "request_figures.hpp"

#include <cstdint>
#include <string>

/// What the stats actor and the console are told, besides results and events.
namespace avatar {

/// Answered by `run_report` with all that was folded in so far, the pool's
/// figures left empty.
struct get_run_report {
    template <class Inspector>
    friend auto inspect(Inspector& f, get_run_report&) {
        return f();
    }
};

/// Answered by `request_figures`: what it has counted itself, without shares of other nodes.
struct get_request_figures {
    template <class Inspector>
    friend auto inspect(Inspector& f, get_request_figures&) {
        return f();
    }
};

/// The latest figures of a share, for the report.
struct share_figures {
    std::uint64_t node = 0;
    std::uint64_t share = 0;
    request_figures requests;

    template <class Inspector>
    friend auto inspect(Inspector& f, share_figures& x) {
        return inspect_fields(f, x.node, x.share, x.requests);
    }
};

/// Requests that a node had when it was lost, and has told no result of.
struct lost_requests {
    std::uint64_t node = 0;
    std::uint64_t requests = 0;
    protocol::failure failure; ///< Of each; nodeLost.

    template <class Inspector>
    friend auto inspect(Inspector& f, lost_requests& x) {
        return inspect_fields(f, x.node, x.requests, x.failure);
    }
};

/// What else the report says of a node. Replaces what was said before.
struct node_state {
    std::uint64_t node = 0;
    std::string name;
    std::uint64_t sessions = 0; ///< Connections that its last pool opened.
    std::uint64_t losses = 0;   ///< How often it was lost, or had not been reached.
    std::string why;            ///< The last time, in one line.

    template <class Inspector>
    friend auto inspect(Inspector& f, node_state& x) {
        return inspect_fields(f, x.node, x.name, x.sessions, x.losses, x.why);
    }
};

/// The pool starts to close its connections.
struct pool_closing {
    template <class Inspector>
    friend auto inspect(Inspector& f, pool_closing&) {
        return f();
    }
};

/// Asks the console to write out all it was told before. Answered by
/// `console_flushed`; the console ends then.
struct flush_console {
    template <class Inspector>
    friend auto inspect(Inspector& f, flush_console&) {
        return f();
    }
};

struct console_flushed {
    bool ok = false; ///< False: some of it could not be written, a full disk say.

    template <class Inspector>
    friend auto inspect(Inspector& f, console_flushed& x) {
        return inspect_fields(f, x.ok);
    }
};

} // namespace avatar
