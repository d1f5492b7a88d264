#pragma once

#include "messages/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>

namespace avatar::report {
class progress_line;
}

namespace avatar {

/// Where the console writes to.
struct console_settings {
    std::ostream* out = nullptr; ///< Not owned; used by the console alone while it lives.
    bool live = false;           ///< Show a running round's progress in one redrawn line.
    int terminal = -1;           ///< Descriptor behind `out`, asked for its width.
};

/// The console's own state: connections whose line has to wait for those before
/// it, so that they stand in order.
class console_state {
public:
    console_state();
    ~console_state(); // Where progress_line is known.

    void start(const console_settings& settings);

    void on_connection_tried(connection_tried& event);
    void on_pool_opened(const pool_opened& event);
    void on_round_progress(const round_progress& event);

    /// Its line, unless there are too many of its outcome.
    void write_tried(std::ostream& out, const connection_tried& event);

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
    std::map<std::uint64_t, connection_tried> early_;
    std::uint64_t next_slot_ = 0;
    std::uint64_t failures_ = 0; // Of connections tried.
    std::uint64_t opened_ = 0;   // Likewise.
    bool opening_ = true;        // Later tries replace lost connections: no lines for them.
};

/// Behaviour that writes a run to a stream, as it happens. Spawn it detached:
/// writing may block.
console_actor::behavior_type console(console_actor::stateful_pointer<console_state> self,
                                     console_settings settings);

} // namespace avatar
