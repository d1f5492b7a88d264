#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace avatar::emulator {

/// A span of the time since the emulator started, once or again and again.
struct time_window {
    std::chrono::milliseconds from{0};
    std::optional<std::chrono::milliseconds> until = {}; ///< Not included. Nothing: it never ends.
    std::chrono::milliseconds every{0}; ///< From one beginning to the next; 0: only once.
};

/// What is wrong with a window, and what would be right; nothing when it is
/// well formed.
std::optional<std::string> problem_of(const time_window& window);

/// Whether a well-formed window is open at that time since the start.
bool is_open(const time_window& window, std::chrono::milliseconds elapsed);

/// How long a window that is open and ends stays open, else 0.
std::chrono::milliseconds time_left(const time_window& window, std::chrono::milliseconds elapsed);

/// When a fault occurs, of all the times that a client reaches its point.
struct occasion {
    double probability = 1.0; ///< Each time, from 0 to 1.
    time_window window = {};  ///< And only while this is open.
};

} // namespace avatar::emulator
