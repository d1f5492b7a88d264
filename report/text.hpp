#pragma once

#include "messages/rounds.hpp"
#include "messages/run_report.hpp"

#include <iosfwd>

/// The report as text for people, piece by piece in the order of a run. Each
/// function writes whole lines, with the blank ones that go before them, and
/// does not flush. Connection ids appear as connection_label() makes them.
namespace avatar::report {

/// "Loaded audio file: 12345 bytes"
void write(std::ostream& out, const audio_loaded& event);

/// "Initializing connection pool with 3 connections..."
void write(std::ostream& out, const pool_opening& event);

/// "  Connection 0: OK (connection_id=…)" or "  Connection 0: FAILED - why". The id is whole
/// where the line stays within 80 columns.
void write(std::ostream& out, const connection_tried& event);

/// "Pool initialized with 3/3 connections"
void write(std::ostream& out, const pool_opened& event);

/// In place of the lines of `left_out` further connections that failed: all
/// failures of the pool, equal ones counted together.
void write_failed_connections(std::ostream& out, std::uint64_t left_out,
                              const std::vector<failure_count>& failures);

/// In place of the lines of `left_out` further connections that opened.
void write_opened_connections(std::ostream& out, std::uint64_t left_out);

/// The banner with the plan of the rounds. The expected duration is that of
/// the pauses alone: nobody knows yet how long the requests take.
void write(std::ostream& out, const rounds_started& event);

/// "[Round 1/10] (elapsed: 0.0s, pool: 3/3 available)"
void write(std::ostream& out, const round_started& event);

/// "  Round 1/10: 3/5 done (3 OK, 0 FAILED), 30.0s", of a long round where no line is redrawn.
void write(std::ostream& out, const round_progress& event);

/// "  Completed: …", a line for each error the event holds and one for the
/// number of those it does not, "  Waiting …" unless it was the last round.
void write(std::ostream& out, const round_finished& event);

/// The closing banner with the total duration. Says INTERRUPTED in place of
/// COMPLETE when the user ended the run.
void write(std::ostream& out, const rounds_finished& event);

/// The summary's sections: overall, performance (if any request succeeded),
/// rounds, and use of the connections (if any was used). Of more than 50 rounds and
/// more than `shown_connections` the first ones, and one line for the others.
void write_summary(std::ostream& out, const run_report& report);

/// "Final Pool Statistics:" with a line for each connection, likewise.
void write_pool_statistics(std::ostream& out, const pool_status& pool);

/// "Closing connection pool...", before it is closed.
void write_pool_closing(std::ostream& out);

/// "Connection pool closed", after that.
void write_pool_closed(std::ostream& out);

} // namespace avatar::report
