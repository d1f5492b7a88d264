#define CAF_SUITE text_whole_run

#include "caf/test/dsl.hpp"
#include "report/text.hpp"

#include <sstream>
#include <string>

using avatar::nanoseconds;
using namespace avatar::report;
using namespace std::chrono_literals;

namespace {

// Ten rounds of five requests on three connections, as the example that this
// report follows shows them. Trailing spaces in the table belong to it.
const std::string expected = R"(Loaded audio file: 12345 bytes
Initializing connection pool with 3 connections...
  Connection 0: OK (connection_id=abc123...)
  Connection 1: OK (connection_id=def456...)
  Connection 2: OK (connection_id=ghi789...)
Pool initialized with 3/3 connections

============================================================
STARTING MULTI-ROUND TEST
============================================================
Rounds: 10
Requests per round: 5
Interval between rounds: 30s
Expected total duration: ~4.5 minutes
Pool size: 3 connections
============================================================

[Round 1/10] (elapsed: 0.0s, pool: 3/3 available)
  Completed: 5 OK, 0 FAILED in 2500.0ms
  Waiting 30s until next round...

[Round 2/10] (elapsed: 32.5s, pool: 3/3 available)
  Completed: 5 OK, 0 FAILED in 2400.0ms
  Waiting 30s until next round...

[Round 10/10] (elapsed: 272.5s, pool: 3/3 available)
  Completed: 5 OK, 0 FAILED in 2300.0ms

============================================================
MULTI-ROUND TEST COMPLETE
Total duration: 275.0s (4.6 minutes)
============================================================

============================================================
MULTI-ROUND SUMMARY
============================================================

Overall Statistics:
  Total rounds: 10
  Total requests: 50
  Successful: 50 (100.0%)
  Failed: 0 (0.0%)

Request Performance:
  Avg duration: 2450.00ms
  Min duration: 2200.00ms
  Max duration: 2700.00ms
  Avg frames: 10.0
  p50 duration: 2440.25ms
  p95 duration: 2650.50ms
  p99 duration: 2690.75ms
  Avg time to first frame: 410.00ms
  p50 time to first frame: 405.00ms
  p95 time to first frame: 480.00ms
  p99 time to first frame: 499.00ms

Per-Round Breakdown:
  Round  Time(s)    Duration(ms)   OK     FAIL  
  ------ ---------- -------------- ------ ------
  1      0.0        2500.0         5      0     
  2      32.5       2400.0         5      0     
  3      62.5       2400.0         5      0     
  4      92.5       2400.0         5      0     
  5      122.5      2400.0         5      0     
  6      152.5      2400.0         5      0     
  7      182.5      2400.0         5      0     
  8      212.5      2400.0         5      0     
  9      242.5      2400.0         5      0     
  10     272.5      2300.0         5      0     

Connection Usage Distribution:
  abc123...: 17 requests (34.0%)
  def456...: 17 requests (34.0%)
  ghi789...: 16 requests (32.0%)

Final Pool Statistics:
  Total requests served: 50
  Connections in pool: 3
  Connection abc123...: 17 requests, age: 275.0s (4.6 min)
  Connection def456...: 17 requests, age: 275.0s (4.6 min)
  Connection ghi789...: 16 requests, age: 275.0s (4.6 min)

Closing connection pool...
Connection pool closed
)";

avatar::round_figures figures_of(std::uint64_t round) {
    const nanoseconds started_at =
        round == 1 ? nanoseconds(0) : nanoseconds(2500ms + 30s * (round - 1));
    const nanoseconds duration = round == 1 ? 2500ms : round == 10 ? 2300ms : 2400ms;
    return {round, started_at, duration, 5, 0};
}

avatar::run_report figures() {
    avatar::run_report report;
    report.duration = 275s;
    report.ok = 50;
    report.frames = 500;
    report.request_duration = {50, 2450ms, 2200ms, 2700ms, 2440250us, 2650500us, 2690750us};
    report.time_to_first_frame = {50, 410ms, 390ms, 500ms, 405ms, 480ms, 499ms};
    for (std::uint64_t round = 1; round <= 10; ++round)
        report.rounds.push_back(figures_of(round));
    report.usage = {{"abc123...", 17}, {"def456...", 17}, {"ghi789...", 16}};
    report.pool.size = report.pool.connected = report.pool.available = 3;
    report.pool.served = 50;
    for (const auto& used : report.usage)
        report.pool.connections.push_back({used.connection_id, used.requests, 275s});
    return report;
}

void write_round(std::ostream& out, const avatar::round_figures& round) {
    const bool last = round.round == 10;
    write(out, avatar::round_started{round.round, 10, round.started_at, 3, 3});
    write(out, avatar::round_finished{round.round,
                                      round.started_at,
                                      round.duration,
                                      round.ok,
                                      round.failed,
                                      round.interrupted,
                                      {},
                                      0,
                                      last ? 0s : 30s,
                                      last});
}

} // namespace

CAF_TEST(a_whole_run_reads_as_the_example_line_for_line) {
    const auto report = figures();
    std::ostringstream out;
    write(out, avatar::audio_loaded{12345});
    write(out, avatar::pool_opening{3});
    for (std::uint64_t slot = 0; slot < 3; ++slot)
        write(out, avatar::connection_tried{slot, report.usage[slot].connection_id, {}});
    write(out, avatar::pool_opened{3, 3, {}, false});
    write(out, avatar::rounds_started{10, 5, 30s, 3});
    // Rounds 3 to 9 look like the second.
    for (const std::size_t round : {1, 2, 10})
        write_round(out, report.rounds[round - 1]);
    write(out, avatar::rounds_finished{report.duration, false, {}});
    write_summary(out, report);
    write_pool_statistics(out, report.pool);
    write_pool_closing(out);
    write_pool_closed(out);
    CAF_CHECK_EQUAL(out.str(), expected);
}
