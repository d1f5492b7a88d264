#include "actors/load/stats.hpp"

#include "actors/actor_end.hpp"

#include <utility>

namespace avatar {

stats_actor::behavior_type stats(stats_actor::stateful_pointer<stats_state> self) {
    auto& state = self->state;
    name_exceptions(self);
    return {
        [&](const audio_result& result) { state.figures.add(result); },
        [&](const round_finished& round) { state.figures.add(round); },
        [&](const rounds_finished& end) { state.figures.finish(end); },
        [&](get_request_figures) { return state.figures.requests(); },
        [&](share_figures& latest) { state.nodes.set(std::move(latest)); },
        [&](const lost_requests& loss) { state.nodes.add(loss); },
        [&](node_state& node) { state.nodes.set(std::move(node)); },
        [&](get_run_report) { return state.report(); },
    };
}

run_report stats_state::report() const {
    auto report = figures.snapshot();
    if (nodes.empty())
        return report;
    report::run_figures requests;
    requests.merge(figures.requests());
    nodes.merge_into(requests);
    auto all = requests.snapshot();
    // Rounds are those of all nodes together: the coordinator tells them.
    all.rounds = std::move(report.rounds);
    all.duration = report.duration;
    all.interrupted = report.interrupted;
    all.planned = report.planned;
    all.nodes = nodes.rows();
    return all;
}

} // namespace avatar
