#include "tests/nodes/report_books.hpp"

#include <nlohmann/json.hpp>

#include <numeric>
#include <stdexcept>

namespace avatar::tests {
namespace {

using nlohmann::json;

round_counts read_counts(const json& from) {
    return {from.at("ok"), from.at("failed"), from.at("interrupted"), from.at("cancelled")};
}

node_counts read_node(const json& from) {
    return {from.at("name"),   from.at("sessions"),    from.at("ok"),
            from.at("failed"), from.at("interrupted"), from.at("cancelled"),
            from.at("lost"),   from.at("times_lost"),  from.at("last_loss")};
}

template <class Range, class Count>
std::uint64_t sum(const Range& range, Count count) {
    return std::accumulate(
        range.begin(), range.end(), std::uint64_t(0),
        [&](std::uint64_t so_far, const auto& each) { return so_far + std::invoke(count, each); });
}

} // namespace

std::uint64_t run_books::lost() const {
    return sum(nodes, &node_counts::lost);
}

const node_counts& run_books::node(const std::string& name) const {
    for (const auto& each : nodes)
        if (each.name == name)
            return each;
    throw std::out_of_range("the report has no node " + name);
}

run_books read_books(const std::string& text) {
    const auto from = json::parse(text);
    run_books books;
    books.interrupted = from.at("interrupted");
    books.ended_early = from.at("ended_early");
    books.duration_ms = from.at("duration_ms");
    books.total = read_counts(from.at("requests"));
    books.told_total = from.at("requests").at("total");
    for (const auto& each : from.at("rounds"))
        books.rounds.push_back(read_counts(each));
    for (const auto& each : from.at("nodes"))
        books.nodes.push_back(read_node(each));
    for (const auto& each : from.at("failures"))
        books.failures[each.at("code")] += each.at("count").get<std::uint64_t>();
    const auto& ledger = from.at("pool").at("ledger");
    books.entered = ledger.at("entered");
    books.succeeded = ledger.at("succeeded");
    for (const auto& each : ledger.at("failed_by_code"))
        books.failed_in_ledger += each.at("count").get<std::uint64_t>();
    books.open = ledger.at("open");
    books.crashed = from.at("pool").at("crashed");
    return books;
}

std::vector<std::string> imbalances(const run_books& books, std::uint64_t planned) {
    std::vector<std::string> wrong;
    const auto same = [&](std::uint64_t one, std::uint64_t other, const std::string& what) {
        if (one != other)
            wrong.push_back(what + ": " + std::to_string(one) + " and " + std::to_string(other));
    };
    const auto& total = books.total;
    same(books.told_total, total.all(), "total, and its parts");
    for (std::size_t i = 0; i < books.rounds.size(); ++i) {
        const auto& round = books.rounds[i];
        const bool cut_short = books.interrupted && i + 1 == books.rounds.size();
        if (!cut_short || round.all() > planned)
            same(round.all(), planned, "round " + std::to_string(i + 1) + ", and what was planned");
    }
    same(sum(books.rounds, &round_counts::ok), total.ok, "ok of all rounds, and of the run");
    same(sum(books.rounds, &round_counts::failed), total.failed,
         "failed of all rounds, and of the run");
    same(sum(books.rounds, &round_counts::interrupted), total.interrupted,
         "interrupted of all rounds, and of the run");
    same(sum(books.rounds, &round_counts::cancelled), total.cancelled,
         "cancelled of all rounds, and of the run");
    same(sum(books.nodes, &node_counts::ok), total.ok, "ok of all nodes, and of the run");
    same(sum(books.nodes, &node_counts::failed) + books.lost(), total.failed,
         "failed and lost of all nodes, and failed of the run");
    same(sum(books.nodes, &node_counts::interrupted), total.interrupted,
         "interrupted of all nodes, and of the run");
    same(sum(books.nodes, &node_counts::cancelled), total.cancelled,
         "cancelled of all nodes, and of the run");
    const auto found = books.failures.find("nodeLost");
    same(books.lost(), found == books.failures.end() ? 0 : found->second,
         "lost of all nodes, and failures nodeLost");
    same(sum(books.failures, &decltype(books.failures)::value_type::second), total.failed,
         "failures of all codes, and failed of the run");
    same(books.entered, total.all(), "entered the pools, and total");
    same(books.succeeded, total.ok, "succeeded in the pools, and ok");
    same(books.failed_in_ledger, total.failed + total.interrupted + total.cancelled,
         "failed in the pools, and failed, interrupted and cancelled");
    same(books.open, 0, "open at the end, and none");
    same(books.crashed, 0, "session actors that crashed, and none");
    return wrong;
}

} // namespace avatar::tests
