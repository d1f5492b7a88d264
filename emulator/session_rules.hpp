#pragma once

#include "config/settings.hpp"
#include "emulator/fault_source.hpp"
#include "emulator/hooks.hpp"
#include "emulator/session_places.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace avatar::emulator {

/// How every session of one emulator behaves: what the user set, what goes wrong
/// on purpose, and the limits that keep one client from taking all the memory.
struct session_rules {
    config::emulator_settings settings;
    std::shared_ptr<fault_source> faults = std::make_shared<fault_source>();     ///< Never null.
    std::shared_ptr<session_places> places = std::make_shared<session_places>(); ///< Likewise.
    hooks on = {};
    /// From the upgrade until the client has configured its session.
    std::chrono::milliseconds configure_limit = std::chrono::seconds(10);
    std::size_t max_request_bytes = 64 * 1024 * 1024; ///< Audio of one request.
    std::size_t max_open_requests = 64; ///< Being collected or animated, in one session.
    std::chrono::seconds max_audio = std::chrono::hours(6); ///< Playing time of one request.
};

} // namespace avatar::emulator
