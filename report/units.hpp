#pragma once

#include <chrono>

/// Durations as the floating-point numbers that people and JSON read.
namespace avatar::report {

inline double to_milliseconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

inline double to_seconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double>(d).count();
}

inline double to_minutes(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::ratio<60>>(d).count();
}

} // namespace avatar::report
