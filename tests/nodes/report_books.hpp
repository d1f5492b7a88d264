#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The counts in the JSON report of a run over nodes.
namespace avatar::tests {

struct round_counts {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0; ///< Lost ones too.
    std::uint64_t interrupted = 0;
    std::uint64_t cancelled = 0;

    std::uint64_t all() const { return ok + failed + interrupted + cancelled; }
};

struct node_counts {
    std::string name;
    std::uint64_t sessions = 0;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0; ///< Without those that are lost.
    std::uint64_t interrupted = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t lost = 0;
    std::uint64_t times_lost = 0;
    std::string last_loss;

    std::uint64_t all() const { return ok + failed + interrupted + cancelled + lost; }
};

struct run_books {
    bool interrupted = false;
    std::string ended_early;
    double duration_ms = 0;
    round_counts total;
    std::uint64_t told_total = 0; ///< As the report has it.
    std::vector<round_counts> rounds;
    std::vector<node_counts> nodes;
    std::map<std::string, std::uint64_t> failures; ///< By code.
    std::uint64_t entered = 0;                     ///< Of the pool's ledger, and the following.
    std::uint64_t succeeded = 0;
    std::uint64_t failed_in_ledger = 0;
    std::uint64_t open = 0;
    std::uint64_t crashed = 0;

    std::uint64_t lost() const;
    const node_counts& node(const std::string& name) const;
};

/// Throws what the parser throws when it is no such report.
run_books read_books(const std::string& json);

/// One line for each count that does not fit another; none when planned = ok + failed +
/// interrupted + cancelled, with the lost among the failed, in every round, on every node and in
/// total. In an interrupted run the last round may have fewer than were planned.
std::vector<std::string> imbalances(const run_books& books, std::uint64_t planned_each_round);

} // namespace avatar::tests
