#pragma once

#include <chrono>

/// Durations as the floating-point numbers that people and JSON read.
namespace avatar::report {

inline double to_milliseconds(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

/// Of any unit: a sum over many sessions is longer than nanoseconds can count.
template <class Rep, class Period>
double to_seconds(std::chrono::duration<Rep, Period> d) {
    return std::chrono::duration<double>(d).count();
}

inline double to_minutes(std::chrono::nanoseconds d) {
    return std::chrono::duration<double, std::ratio<60>>(d).count();
}

} // namespace avatar::report
