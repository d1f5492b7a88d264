#include "emulator/occasion.hpp"

#include "config/duration.hpp"

#include <fmt/format.h>

namespace avatar::emulator {
namespace {

using config::format_duration;
using std::chrono::milliseconds;

/// Since the last time that the window opened; before the first time, negative.
milliseconds since_opening(const time_window& window, milliseconds elapsed) {
    const auto since = elapsed - window.from;
    return since.count() > 0 && window.every.count() > 0 ? since % window.every : since;
}

} // namespace

std::optional<std::string> problem_of(const time_window& window) {
    if (window.until && *window.until <= window.from)
        return fmt::format("the end {} is not after the beginning {}: expected a later one",
                           format_duration(*window.until), format_duration(window.from));
    if (window.every.count() == 0)
        return std::nullopt;
    if (!window.until)
        return "what comes again must end: expected an end as well";
    if (window.every < *window.until - window.from)
        return fmt::format("it comes again after {} and lasts {}: expected at most as long",
                           format_duration(window.every),
                           format_duration(*window.until - window.from));
    return std::nullopt;
}

bool is_open(const time_window& window, milliseconds elapsed) {
    const auto since = since_opening(window, elapsed);
    return since.count() >= 0 && (!window.until || since < *window.until - window.from);
}

milliseconds time_left(const time_window& window, milliseconds elapsed) {
    if (!window.until || !is_open(window, elapsed))
        return milliseconds(0);
    return *window.until - window.from - since_opening(window, elapsed);
}

} // namespace avatar::emulator
