#pragma once

#include "report/file_descriptor.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace avatar {

/// Writes whole lines to a descriptor that perhaps nobody reads. Waits for room a
/// limited time only; a line that finds none is dropped and counted, and as soon as
/// there is room again one line says how many were.
///
/// One thread writes. Any thread may call `end_soon`.
class line_writer {
public:
    using clock = std::chrono::steady_clock;

    /// `fd` is not owned and outlives this. `timeout`: the longest wait for room; one
    /// that was in vain is not repeated until there is room.
    line_writer(int fd, std::chrono::milliseconds timeout);

    /// `text` ends in a newline. False when it was dropped; `stands_for` lines count as
    /// dropped then.
    bool write(std::string_view text, std::uint64_t stands_for = 1);

    /// Counts lines that were dropped before they came here.
    void add_dropped(std::uint64_t lines) { untold_ += lines; }

    /// Tells what was dropped, if there is room by now.
    void tell_dropped();

    /// No write waits longer than until then any more.
    void end_soon(clock::time_point limit) { end_ = limit; }

private:
    /// Whether all was written.
    bool put(std::string_view text);
    bool wait_for_room();
    bool has_room(std::chrono::milliseconds timeout) const;

    report::file_descriptor own_; // Open a second time, so that writes never block; or none.
    int fd_;
    bool socket_ = false;
    std::chrono::milliseconds timeout_;
    std::atomic<clock::time_point> end_{clock::time_point::max()};
    bool stuck_ = false;       // The last wait for room was in vain.
    bool cut_ = false;         // The last line is there in part.
    std::uint64_t untold_ = 0; // Lines dropped, and not told yet.
};

} // namespace avatar
