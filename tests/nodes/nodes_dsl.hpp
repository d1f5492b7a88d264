#pragma once

#include "tests/main/binary.hpp"
#include "tests/nodes/node_programs.hpp"
#include "tests/nodes/node_service.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

/// What tests of runs over nodes have in common.
namespace avatar::tests {

/// After a run, for its connections to be closed.
inline constexpr std::chrono::seconds close_limit(10);

/// A sanitizer keeps what is freed, and needs descriptors of its own.
#ifdef AVATAR_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

inline bool skipped_for_want_of_descriptors() {
    if (sanitized)
        CAF_MESSAGE("skipped: a sanitizer needs descriptors of its own");
    return sanitized;
}

inline void check_that(bool holds, const std::string& what, const run_end& end) {
    if (holds)
        CAF_CHECK(true);
    else
        CAF_ERROR(what << ":\n" << end.text());
}

/// Its exit code, and that its books add up.
inline void check_end(const run_end& end, int code, std::uint64_t planned_each_round = 12) {
    check_that(end.code == code, "expected exit code " + std::to_string(code), end);
    check_that(end.books.has_value(), "there is no report", end);
    if (!end.books)
        return;
    for (const auto& wrong : imbalances(*end.books, planned_each_round))
        CAF_ERROR(wrong << "\n" << end.text());
}

/// Some of its requests were lost with it, of the others none.
inline void check_lost_alone(const run_end& end, const std::string& node) {
    if (!end.books)
        return;
    for (const auto& each : end.books->nodes) {
        check_that((each.lost > 0) == (each.name == node), "lost of " + each.name, end);
        check_that((each.times_lost > 0) == (each.name == node), "losses of " + each.name, end);
    }
}

/// Interrupts the run when it has so many sessions open again and a round has ended since
/// that used them all.
inline run_end finish_when_back(node_run& run, const node_service& service, std::size_t sessions) {
    if (!wait_until([&] { return service.sessions() == sessions; }, std::chrono::seconds(20)))
        CAF_ERROR("there are " << service.sessions() << " sessions only");
    run.program().read_now();
    const std::string line = "\n[Round ";
    std::size_t begun = 0;
    for (auto at = run.program().out().find(line); at != std::string::npos;
         at = run.program().out().find(line, at + 1))
        ++begun;
    run.program().give_time(std::chrono::seconds(20));
    run.wait_for_output(line + std::to_string(begun + 3) + "/");
    run.signal(SIGINT);
    return run.finish(std::chrono::seconds(15));
}

/// Workers that are well take the next run, and nothing of it stays.
inline void check_next_run(const std::vector<std::string>& nodes, const node_service& service) {
    if (!service.wait_for_no_session(close_limit))
        CAF_ERROR(service.sessions() << " sessions are open after the run");
    node_run next(nodes, {"--rounds.count=1"});
    const auto end = next.finish(std::chrono::seconds(20));
    check_end(end, 0);
    if (!service.wait_for_no_session(close_limit))
        CAF_ERROR(service.sessions() << " sessions are open after the next run");
}

} // namespace avatar::tests
