#pragma once

#include "inspection.hpp"

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
