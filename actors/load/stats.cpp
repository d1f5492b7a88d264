#include "actors/load/stats.hpp"

#include "actors/actor_end.hpp"

namespace avatar {

stats_actor::behavior_type stats(stats_actor::stateful_pointer<stats_state> self) {
    auto& figures = self->state.figures;
    name_exceptions(self);
    return {
        [&](const audio_result& result) { figures.add(result); },
        [&](const round_finished& round) { figures.add(round); },
        [&](const rounds_finished& end) { figures.finish(end); },
        [&](get_run_report) { return figures.snapshot(); },
    };
}

} // namespace avatar
