#pragma once

#include "emulator/frame_schedule.hpp"
#include "emulator/session_token.hpp"

namespace avatar::tests {

/// Fixed times, for what takes the time as an argument.
inline const emulator::wall_time now(std::chrono::seconds(1'800'000'000));
inline const emulator::steady_time start(std::chrono::hours(1));

} // namespace avatar::tests
