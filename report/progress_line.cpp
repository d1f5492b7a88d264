#include "report/progress_line.hpp"

#include "report/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace avatar::report {
namespace {

// Back to the first column, then erase to the end of the line: EL of ECMA-48,
// which every terminal but a dumb one knows.
constexpr std::string_view start_over = "\r\x1b[K";

} // namespace

std::size_t terminal_width(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return default_terminal_width;
    return size.ws_col;
}

bool can_redraw(int fd) {
    if (::isatty(fd) == 0)
        return false;
    const char* term = std::getenv("TERM");
    return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::string in_words(const round_progress& progress) {
    const auto done = progress.ok + progress.failed + progress.interrupted + progress.cancelled;
    return fmt::format("  Round {}/{}: {}/{} done ({} OK, {} FAILED), {:.1f}s", progress.round,
                       progress.rounds, done, progress.requests, progress.ok, progress.failed,
                       to_seconds(progress.duration));
}

void progress_line::show(const round_progress& progress, std::size_t width) {
    if (!live_)
        return;
    auto text = in_words(progress);
    // The last column stays free: some terminals wrap as soon as it is filled,
    // and a wrapped line cannot be drawn over.
    text.resize(std::min(text.size(), width == 0 ? 0 : width - 1));
    out_ << start_over << text << std::flush;
    shown_ = true;
}

void progress_line::erase() {
    if (!shown_)
        return;
    out_ << start_over << std::flush;
    shown_ = false;
}

} // namespace avatar::report
