#pragma once

#include "../../messages/actors.hpp"
#include "../../report/node_table.hpp"
#include "../../report/run_figures.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace avatar {

struct stats_state {
    report::run_figures figures; ///< Of this process.
    report::node_table nodes;    ///< Of the others, where a run has any.
    const char* name = "stats";

    run_report report() const;
};

/// Behaviour that folds what it is told into a run report. Lives until nobody
/// holds a handle on it.
stats_actor::behavior_type stats(stats_actor::stateful_pointer<stats_state> self);

} // namespace avatar
