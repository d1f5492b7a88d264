#define CAF_SUITE progress_line

#include "report/progress_line.hpp"

#include "caf/test/dsl.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

using avatar::report::can_redraw;
using avatar::report::progress_line;
using avatar::report::terminal_width;
using namespace std::chrono_literals;

namespace {

const std::string start_over = "\r\x1b[K";

avatar::round_progress three_of_five() {
    return {.round = 2, .rounds = 10, .requests = 5, .ok = 2, .failed = 1, .duration = 1234ms};
}

// A terminal nobody sees.
struct terminal {
    int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    int fd = -1;

    terminal() {
        CAF_REQUIRE(master != -1);
        CAF_REQUIRE(::grantpt(master) == 0 && ::unlockpt(master) == 0);
        fd = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
        CAF_REQUIRE(fd != -1);
    }
    ~terminal() {
        ::close(fd);
        ::close(master);
    }
    void resize(unsigned short columns) const {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = columns;
        CAF_REQUIRE(::ioctl(fd, TIOCSWINSZ, &size) == 0);
    }
};

} // namespace

CAF_TEST(a_live_line_is_drawn_over_itself) {
    std::ostringstream out;
    progress_line line(out, true);
    line.show(three_of_five());
    const std::string text = "  Round 2/10: 3/5 done (2 OK, 1 FAILED), 1.2s";
    CAF_CHECK_EQUAL(out.str(), start_over + text);
    line.show(three_of_five());
    CAF_CHECK_EQUAL(out.str(), start_over + text + start_over + text);
}

CAF_TEST(interrupted_requests_are_done_too) {
    auto progress = three_of_five();
    progress.interrupted = 2;
    std::ostringstream out;
    progress_line(out, true).show(progress);
    CAF_CHECK_EQUAL(out.str(), start_over + "  Round 2/10: 5/5 done (2 OK, 1 FAILED), 1.2s");
}

CAF_TEST(a_line_as_long_as_the_width_loses_its_last_character) {
    const std::string text = "  Round 2/10: 3/5 done (2 OK, 1 FAILED), 1.2s";
    for (const std::size_t width : {text.size() - 1, text.size(), text.size() + 1}) {
        std::ostringstream out;
        progress_line(out, true).show(three_of_five(), width);
        CAF_CHECK_EQUAL(out.str(), start_over + text.substr(0, width - 1));
    }
    auto progress = three_of_five();
    progress.requests = progress.ok = progress.failed = UINT64_MAX / 4;
    std::ostringstream out;
    progress_line(out, true).show(progress); // In a terminal of the usual width.
    CAF_CHECK_EQUAL(out.str().size(), start_over.size() + 79);
}

CAF_TEST(what_is_drawn_or_erased_is_seen_at_once) {
    struct counting : std::stringbuf {
        int flushes = 0;
        int sync() override {
            ++flushes;
            return 0;
        }
    } buffer;
    std::ostream out(&buffer);
    progress_line line(out, true);
    line.show(three_of_five());
    CAF_CHECK_EQUAL(buffer.flushes, 1);
    line.erase();
    CAF_CHECK_EQUAL(buffer.flushes, 2);
    line.erase(); // Nothing is there any more.
    CAF_CHECK_EQUAL(buffer.flushes, 2);
    line.show(three_of_five());
    line.erase(); // It is there again.
    CAF_CHECK_EQUAL(buffer.flushes, 4);
}

CAF_TEST(the_line_stays_below_the_width_of_the_terminal) {
    std::ostringstream out;
    progress_line line(out, true);
    line.show(three_of_five(), 10);
    CAF_CHECK_EQUAL(out.str(), start_over + "  Round 2");
    out.str("");
    line.show(three_of_five(), 1);
    CAF_CHECK_EQUAL(out.str(), start_over);
    out.str("");
    line.show(three_of_five(), 0);
    CAF_CHECK_EQUAL(out.str(), start_over);
}

CAF_TEST(erasing_clears_the_line_once) {
    std::ostringstream out;
    progress_line line(out, true);
    line.show(three_of_five());
    out.str("");
    line.erase();
    CAF_CHECK_EQUAL(out.str(), start_over);
    line.erase();
    CAF_CHECK_EQUAL(out.str(), start_over);
}

CAF_TEST(erasing_what_was_never_shown_writes_nothing) {
    std::ostringstream out;
    progress_line line(out, true);
    line.erase();
    CAF_CHECK_EQUAL(out.str(), "");
}

CAF_TEST(a_line_that_is_not_live_writes_nothing) {
    std::ostringstream out;
    progress_line line(out, false);
    line.show(three_of_five());
    line.erase();
    CAF_CHECK_EQUAL(out.str(), "");
}

CAF_TEST(the_width_comes_from_the_terminal) {
    const terminal term;
    term.resize(132);
    CAF_CHECK_EQUAL(terminal_width(term.fd), 132u);
    term.resize(1);
    CAF_CHECK_EQUAL(terminal_width(term.fd), 1u);
}

CAF_TEST(an_unknown_width_is_eighty) {
    const terminal term;
    term.resize(0);
    CAF_CHECK_EQUAL(terminal_width(term.fd), 80u);
    CAF_CHECK_EQUAL(terminal_width(-1), 80u);
}

CAF_TEST(only_a_terminal_that_is_not_dumb_can_be_drawn_over) {
    const terminal term;
    ::setenv("TERM", "xterm", 1);
    CAF_CHECK(can_redraw(term.fd));
    ::setenv("NO_COLOR", "1", 1); // about colours, of which there are none
    CAF_CHECK(can_redraw(term.fd));
    ::setenv("TERM", "dumb", 1);
    CAF_CHECK(!can_redraw(term.fd));
    ::setenv("TERM", "", 1);
    CAF_CHECK(!can_redraw(term.fd));
    ::unsetenv("TERM");
    CAF_CHECK(!can_redraw(term.fd));
}

CAF_TEST(a_pipe_cannot_be_drawn_over) {
    ::setenv("TERM", "xterm", 1);
    int ends[2];
    CAF_REQUIRE(::pipe(ends) == 0);
    CAF_CHECK(!can_redraw(ends[1]));
    ::close(ends[0]);
    ::close(ends[1]);
}
