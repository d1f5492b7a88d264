#pragma once

#include "config/settings.hpp"
#include "messages/actors.hpp"

namespace avatar {

/// Whom a round driver works with.
struct round_driver_links {
    pool_actor pool;
    stats_actor stats;
    round_watcher_actor watcher;
};

/// How it works.
struct round_driver_plan {
    config::rounds_settings rounds;
    audio_clip audio;
    nanoseconds progress_interval{0}; ///< Between two `round_progress`; 0: none.
};

/// Both throw config::config_error, of one line, when something cannot be used.
void check(const round_driver_links& links);
void check(const round_driver_plan& plan);

} // namespace avatar
