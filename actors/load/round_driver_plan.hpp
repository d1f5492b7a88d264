#pragma once

#include "../../config/settings.hpp"
#include "../../messages/actors.hpp"

#include <cstddef>
#include <string>

namespace avatar {

/// Whom a round driver works with.
struct round_driver_links {
    pool_actor pool;
    stats_actor stats;
    round_watcher_actor watcher;
    result_sink_actor results{}; ///< Hears each result; may be none.
    frame_sink_actor frames{};   ///< Gets each frame; may be none.
};

/// How it works.
struct round_driver_plan {
    config::rounds_settings rounds;
    audio_clip audio;
    nanoseconds progress_interval{0}; ///< Between two `round_progress`; 0: none.
    /// Says when requests start, in place of `rounds`, which then says how many are expected;
    /// null: nobody does. The run ends early when it ends, does not answer within ten seconds,
    /// or asks for more than `max_requests` in a round.
    load_shape_actor shape{};
    std::string shape_name{};             ///< For the text of its failures.
    std::size_t max_requests = 1'000'000; ///< That it may ask for in a round.
    /// Each round begins when `begin_round` says so, with the load that it says; of `rounds`
    /// only `interrupt_after` counts then, and the rounds are over when they are stopped.
    bool begins_when_told = false;
};

/// Both throw config::config_error, of one line, when something cannot be used.
void check(const round_driver_links& links);
void check(const round_driver_plan& plan);

} // namespace avatar
