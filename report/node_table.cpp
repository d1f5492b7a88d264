#include "report/node_table.hpp"

#include <utility>

namespace avatar::report {
namespace {

/// As their node would have told it.
request_figures all_failed(std::uint64_t requests, const protocol::failure& with) {
    request_figures figures;
    figures.failed = requests;
    figures.failures.push_back({{.sample = with, .count = requests}, 1});
    return figures;
}

} // namespace

void node_table::set(share_figures latest) {
    auto& node = nodes_[latest.node];
    if (latest.share != node.share && node.share != 0) {
        if (!node.former)
            node.former = std::make_unique<run_figures>();
        node.former->merge(node.latest);
    }
    node.share = latest.share;
    node.latest = std::move(latest.requests);
}

void node_table::add(const lost_requests& loss) {
    auto& node = nodes_[loss.node];
    if (node.lost == 0)
        node.failure = loss.failure;
    shorten(node.failure, longest_failure_text);
    node.lost += loss.requests;
}

void node_table::set(node_state state) {
    nodes_[state.node].state = std::move(state);
}

void node_table::merge_into(run_figures& figures) const {
    for (const auto& [number, node] : nodes_) {
        merge(node, figures);
        if (node.lost > 0)
            figures.merge(all_failed(node.lost, node.failure));
    }
}

void node_table::merge(const node& from, run_figures& into) {
    if (from.former)
        into.merge(from.former->requests());
    into.merge(from.latest);
}

std::vector<node_figures> node_table::rows() const {
    std::vector<node_figures> rows;
    for (const auto& [number, node] : nodes_)
        rows.push_back(row_of(node));
    return rows;
}

node_figures node_table::row_of(const node& of) {
    run_figures together;
    merge(of, together);
    const auto all = together.snapshot();
    return {.name = of.state.name,
            .sessions = of.state.sessions,
            .ok = all.ok,
            .failed = all.failed,
            .interrupted = all.interrupted_requests,
            .cancelled = all.cancelled_requests,
            .lost = of.lost,
            .request_duration = all.request_duration,
            .losses = of.state.losses,
            .why = of.state.why};
}

} // namespace avatar::report
