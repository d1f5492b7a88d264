#include "main/line_groups.hpp"
#include "main/line_writer.hpp"
#include "main/program_log.hpp"
#include "tests/support/dsl.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#define CAF_SUITE log_lines

using namespace avatar;
using namespace std::chrono_literals;

namespace {

/// A pipe; what is in it comes out on demand only.
class lazy_pipe {
public:
    lazy_pipe() {
        CAF_REQUIRE(pipe2(ends_.data(), O_CLOEXEC) == 0);
        fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    }
    ~lazy_pipe() {
        close_reader();
        close(ends_[1]);
    }
    lazy_pipe(const lazy_pipe&) = delete;
    lazy_pipe& operator=(const lazy_pipe&) = delete;

    int fd() const { return ends_[1]; }

    std::string read_all() {
        std::string text;
        std::array<char, 4096> buffer;
        for (ssize_t n = 0; (n = read(ends_[0], buffer.data(), buffer.size())) > 0;)
            text.append(buffer.data(), static_cast<std::size_t>(n));
        return text;
    }

    void close_reader() {
        if (ends_[0] != -1)
            close(ends_[0]);
        ends_[0] = -1;
    }

    std::size_t capacity() const { return static_cast<std::size_t>(fcntl(fd(), F_GETPIPE_SZ)); }

private:
    std::array<int, 2> ends_{};
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end - begin));
        begin = end == text.npos ? text.size() : end + 1;
    }
    return lines;
}

/// The sum of the counts that such lines tell.
std::size_t told(const std::string& text, const std::string& pattern) {
    std::size_t sum = 0;
    const std::regex line(pattern);
    for (std::sregex_iterator i(text.begin(), text.end(), line), end; i != end; ++i)
        sum += std::stoul((*i)[1]);
    return sum;
}

constexpr auto dropped = "avatar-pool: ([0-9]+) log lines were dropped";

} // namespace

CAF_TEST(the kind of a line is the line without its ids) {
    CAF_CHECK_EQUAL(kind_of_line("connection [c-7] was lost: reset"),
                    "connection [\u2026] was lost: reset");
    CAF_CHECK_EQUAL(kind_of_line("[a] and [b]"), "[\u2026] and [\u2026]");
    CAF_CHECK_EQUAL(kind_of_line("an open [bracket"), "an open [bracket");
    CAF_CHECK_EQUAL(kind_of_line("a ] alone"), "a ] alone");
    CAF_CHECK_EQUAL(kind_of_line(""), "");
}

CAF_TEST(of a kind the first line is shown and the others of its second are counted) {
    line_groups groups;
    const line_groups::clock::time_point t{};
    CAF_CHECK(groups.admit("lost [1]", 3, t));
    CAF_CHECK(!groups.admit("lost [2]", 3, t + 100ms));
    CAF_CHECK(groups.admit("found [1]", 3, t + 100ms));
    CAF_CHECK(groups.admit("lost [2]", 4, t + 100ms)); // Of another level.
    CAF_CHECK(!groups.admit("lost [3]", 3, t + 999ms));
    CAF_CHECK(!groups.take_due(t + 999ms));
    const auto more = groups.take_due(t + 1s);
    CAF_REQUIRE(more);
    CAF_CHECK_EQUAL(more->kind, "lost [\u2026]");
    CAF_CHECK_EQUAL(more->level, 3);
    CAF_CHECK_EQUAL(more->count, 2u);
    CAF_CHECK(more->within == 999ms);
    CAF_CHECK(groups.admit("lost [4]", 3, t + 1s));
    CAF_CHECK(!groups.take_due(t + 1s)); // What came once has no count.
    CAF_CHECK(!groups.take_due(line_groups::clock::time_point::max()));
}

CAF_TEST(a line whose second is over is shown though its count was not taken) {
    line_groups groups;
    const line_groups::clock::time_point t{};
    CAF_CHECK(groups.admit("lost [1]", 3, t));
    CAF_CHECK(groups.admit("lost [2]", 3, t + 1s));
    CAF_CHECK(!groups.admit("lost [3]", 3, t + 1s));
}

CAF_TEST(kinds beyond the limit are shown line by line) {
    line_groups groups;
    const line_groups::clock::time_point t{};
    for (std::size_t i = 0; i < line_groups::most; ++i)
        CAF_CHECK(groups.admit("kind " + std::to_string(i), 3, t));
    for (int i = 0; i < 3; ++i)
        CAF_CHECK(groups.admit("one more", 3, t));
    CAF_CHECK(!groups.admit("kind 0", 3, t));
    CAF_CHECK(!groups.admit("kind " + std::to_string(line_groups::most - 1), 3, t));
}

CAF_TEST(lines come in order and none is lost) {
    lazy_pipe pipe;
    {
        program_log log({.fd = pipe.fd()});
        log.set_level("info");
        for (int i = 0; i < 500; ++i)
            spdlog::info("line {}", i);
        log.say("said");
        spdlog::debug("too little");
    }
    const auto lines = lines_of(pipe.read_all());
    CAF_REQUIRE_EQUAL(lines.size(), 501u);
    const std::regex form("[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} info: line [0-9]+");
    for (std::size_t i = 0; i < 500; ++i) {
        CAF_CHECK(std::regex_match(lines[i], form));
        CAF_CHECK(lines[i].ends_with(" line " + std::to_string(i)));
    }
    CAF_CHECK_EQUAL(lines[500], "said");
}

CAF_TEST(lines of the program are shown at every level and never grouped) {
    lazy_pipe pipe;
    {
        program_log log({.fd = pipe.fd()});
        log.set_level("off");
        spdlog::error("not this");
        log.say("one\ntwo\n");
        log.say("one\ntwo");
    }
    CAF_CHECK_EQUAL(pipe.read_all(), "one\ntwo\none\ntwo\n");
}

CAF_TEST(a storm is two lines) {
    lazy_pipe pipe;
    {
        program_log log({.fd = pipe.fd()});
        log.set_level("warn");
        for (int i = 0; i < 400; ++i)
            spdlog::warn("connection [c-{}] was lost", i);
    }
    const auto text = pipe.read_all();
    CAF_CHECK(text.find(" warning: connection [c-0] was lost\n") != text.npos);
    const auto more = told(text, "\u2026 and ([0-9]+) more within [0-9]+m?s: connection");
    const auto shown = lines_of(text).size();
    CAF_CHECK(shown <= 6); // Two, unless the machine is so slow that it took seconds.
    CAF_CHECK_EQUAL(more + shown / 2, 400u);
}

CAF_TEST(what a reader does not read is dropped and counted) {
    lazy_pipe pipe;
    constexpr std::size_t sent = 20'000;
    constexpr std::size_t queue = 64;
    const std::string filling(100, 'x');
    {
        program_log log({.fd = pipe.fd(), .queue = queue, .room_timeout = 1ms, .end_timeout = 1ms});
        log.set_level("info");
        for (std::size_t i = 0; i < sent; ++i)
            spdlog::info("{} {}", filling, i);
        const auto before = pipe.read_all();
        const auto first = lines_of(before);
        // What was still queued may come while the pipe is being read, after one count.
        const auto most = pipe.capacity() + (queue + 2) * 2 * filling.size();
        CAF_CHECK_LESS(before.size(), most);
        // Room again: what comes now is there, after the count.
        std::size_t kept = 0;
        for (const auto& line : first)
            kept += line.find(filling) != line.npos ? 1 : 0;
        log.say("room again");
        log.finish();
        const auto after = pipe.read_all();
        for (const auto& line : lines_of(after))
            kept += line.find(filling) != line.npos ? 1 : 0;
        CAF_CHECK(after.ends_with("room again\n"));
        CAF_CHECK_EQUAL(kept + told(before + after, dropped), sent);
    }
}

CAF_TEST(a storm of which the count finds no room counts as dropped) {
    lazy_pipe pipe;
    line_writer out(pipe.fd(), 1ms);
    const std::string line(4095, 'x');
    std::size_t written = 0;
    while (out.write(line + "\n"))
        ++written;
    CAF_CHECK(!out.write("and 499 more\n", 499));
    out.add_dropped(10);
    pipe.read_all();
    CAF_CHECK(out.write("last\n"));
    CAF_CHECK_EQUAL(pipe.read_all(), "avatar-pool: 510 log lines were dropped: standard error "
                                     "was not read in time\nlast\n");
    CAF_CHECK(written > 0);
}

CAF_TEST(a line longer than the room there is comes whole or ends where it was cut) {
    lazy_pipe pipe;
    line_writer out(pipe.fd(), 1ms);
    CAF_CHECK(!out.write(std::string(3 * pipe.capacity(), 'x') + "\n"));
    const auto part = pipe.read_all();
    CAF_CHECK_EQUAL(part, std::string(part.size(), 'x'));
    CAF_CHECK(out.write("next\n"));
    const auto lines = lines_of(pipe.read_all());
    CAF_REQUIRE_EQUAL(lines.size(), 3u);
    CAF_CHECK_EQUAL(lines[0], ""); // Ends the cut line.
    CAF_CHECK(lines[1].starts_with("avatar-pool: 1 log lines"));
    CAF_CHECK_EQUAL(lines[2], "next");
}

CAF_TEST(a reader that has gone is no reason to wait) {
    std::signal(SIGPIPE, SIG_IGN);
    lazy_pipe pipe;
    pipe.close_reader();
    line_writer out(pipe.fd(), 1h);
    CAF_CHECK(!out.write("for nobody\n"));
    program_log log({.fd = pipe.fd(), .room_timeout = 1h, .end_timeout = 1h});
    log.say("for nobody");
}

CAF_TEST(the end does not wait for a reader longer than it says) {
    lazy_pipe pipe;
    program_log log({.fd = pipe.fd(), .room_timeout = 1h, .end_timeout = 10ms});
    for (int i = 0; i < 100; ++i)
        log.say(std::string(4000, 'x'));
    log.finish();
    log.finish();
    spdlog::error("after the end"); // Goes nowhere.
    CAF_CHECK(pipe.read_all().find("after") == std::string::npos);
}
