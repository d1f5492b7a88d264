#pragma once

#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>

namespace avatar::report {
class progress_line;
}

namespace avatar {

/// Where the console writes to.
struct console_settings {
    std::ostream* out = nullptr; ///< Not owned; used by the console alone while it lives.
    bool live = false;           ///< Progress of a round is one redrawn line; else lines.
    int terminal = -1;           ///< Descriptor behind `out`, asked for its width.
};

/// The console's own state: how many connections have had a line.
class console_state {
public:
    console_state();
    ~console_state(); // Where progress_line is known.

    void start(const console_settings& settings);

    /// Its line, as it comes, unless there are too many of its outcome.
    void on_connection_tried(const connection_tried& event);
    void on_pool_opened(const pool_opened& event);
    void on_round_progress(const round_progress& event);

    /// Lets `write` add to the report, in place of the live line, and sends it on
    /// its way: a pipe's reader follows the run as it happens.
    template <class Write>
    void print(Write write);

    /// False when some of it was lost.
    bool flush();

    const char* name = "console";

private:
    console_settings settings_;
    std::unique_ptr<report::progress_line> progress_;
    std::uint64_t failures_ = 0; // Of connections tried.
    std::uint64_t opened_ = 0;   // Likewise.
    bool opening_ = true;        // Later tries replace lost connections: no lines for them.
};

/// Behaviour that writes a run to a stream, as it happens. Spawn it detached:
/// writing may block.
console_actor::behavior_type console(console_actor::stateful_pointer<console_state> self,
                                     console_settings settings);

} // namespace avatar
