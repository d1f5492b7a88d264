#pragma once

#include "messages/rounds.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>

namespace avatar::report {

/// Width assumed where none can be learnt.
inline constexpr std::size_t default_terminal_width = 80;

/// Columns of the terminal behind `fd`; 80 when it is none or does not say.
std::size_t terminal_width(int fd);

/// True when a line on `fd` can be drawn over: it is a terminal, and TERM is
/// set and not "dumb". NO_COLOR (https://no-color.org) asks for no colours;
/// the line uses none, so it makes no difference.
bool can_redraw(int fd);

/// "  Round 1/10: 3/5 done (3 OK, 0 FAILED), 1.5s", without an end of line.
std::string in_words(const round_progress& progress);

/// The one line that a terminal shows of the running round, drawn over itself
/// as the round goes on. Erase it before anything else is written to the same
/// stream. With `live` false it never writes a byte.
class progress_line {
public:
    /// `out` must outlive this.
    progress_line(std::ostream& out, bool live) : out_(out), live_(live) {}

    /// Draws the line, cut to stay below `width` columns, and flushes.
    void show(const round_progress& progress, std::size_t width = default_terminal_width);

    /// Takes the line off the screen, if it is there, and flushes.
    void erase();

private:
    std::ostream& out_;
    bool live_;
    bool shown_ = false;
};

} // namespace avatar::report
