#pragma once

#include "config/settings.hpp"
#include "emulator/scenario.hpp"

#include <chrono>
#include <cstddef>

namespace avatar::emulator {

/// How every session of one emulator behaves: what the user set, what goes wrong
/// on purpose, and the limits that keep one client from taking all the memory.
struct session_rules {
    config::emulator_settings settings;
    scenario faults = {};
    /// From the upgrade until the client has configured its session.
    std::chrono::milliseconds configure_limit = std::chrono::seconds(10);
    std::size_t max_request_bytes = 64 * 1024 * 1024; ///< Audio of one request.
    std::size_t max_open_requests = 64; ///< Being collected or animated, in one session.
    std::chrono::seconds max_audio = std::chrono::hours(6); ///< Playing time of one request.
};

} // namespace avatar::emulator
