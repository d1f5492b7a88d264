#include "tests/main/binary.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <regex>
#include <unistd.h>

#define CAF_SUITE log

using namespace avatar;
using namespace avatar::tests;

namespace {

/// A pipe that is full and that nobody reads, for a child as the descriptor that it is handed on.
class full_pipe {
public:
    full_pipe() {
        CAF_REQUIRE(pipe(ends_.data()) == 0);
        fcntl(ends_[1], F_SETFL, O_NONBLOCK);
        const std::string filling(4096, '.');
        while (write(ends_[1], filling.data(), filling.size()) > 0) {
        }
        fcntl(ends_[1], F_SETFL, 0);
        dup2(ends_[1], number);
    }
    ~full_pipe() {
        close(number);
        close(ends_[0]);
        close(ends_[1]);
    }
    full_pipe(const full_pipe&) = delete;
    full_pipe& operator=(const full_pipe&) = delete;

    /// The program, with the pipe as its standard error.
    static arguments with_it(const arguments& more) {
        return joined({"-c", "exec \"$0\" \"$@\" 2>&9", AVATAR_POOL_BINARY}, more);
    }

private:
    static constexpr int number = process::handed_on;
    std::array<int, 2> ends_{};
};

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

} // namespace

CAF_TEST(a standard error that nobody reads holds up neither a run nor its end) {
    const full_pipe pipe;
    const scratch_folder folder;
    const auto json = folder.path("report.json");
    process child("/bin/sh",
                  full_pipe::with_it(quick_run(
                      {"--rounds.count=3", "--rounds.concurrency=20", "--emulator.faults=reset:20%",
                       "--log.level=debug", "--pool.reconnect-min=1ms", "--pool.reconnect-max=10ms",
                       "--report.json=" + json})));
    CAF_CHECK_EQUAL(child.wait(), 1);
    check_contains(child.out(), "  Total requests: 60\n");
    check_contains(child.out(), "Connection pool closed\n");
    check_contains(content_of(json), "\"total\": 60");
}

CAF_TEST(a standard error that nobody reads does not hold up an interrupt) {
    const full_pipe pipe;
    for (int signals : {1, 2}) { // The second comes at once: it is the same.
        process child("/bin/sh",
                      full_pipe::with_it(quick_run({"--rounds.interval=1h", "--pool.size=3"})));
        CAF_REQUIRE(child.wait_for_output("until next round..."));
        child.signal(SIGINT);
        if (signals == 2)
            child.signal(SIGINT);
        CAF_CHECK_EQUAL(child.wait(), 5);
    }
}

CAF_TEST(a wrong option is refused while nobody reads standard error) {
    const full_pipe pipe;
    process child("/bin/sh", full_pipe::with_it({"run", "--pool.size=0"}));
    CAF_CHECK_EQUAL(child.wait(), 2);
}

CAF_TEST(the loss of all connections is told in two lines) {
    process service(AVATAR_POOL_BINARY, {"emulator", "--emulator.first-frame=0"});
    CAF_REQUIRE(service.wait_for_output("AVATAR_SESSION_AVATAR_ID="));
    process child(AVATAR_POOL_BINARY,
                  {"run", "--pool.size=200", "--rounds.interval=1h", "--pool.connect-rate=1000"},
                  exported(service.out()));
    CAF_REQUIRE(child.wait_for_output("until next round..."));
    service.signal(SIGKILL);
    CAF_REQUIRE(child.wait_for_error("more within"));
    child.signal(SIGINT);
    CAF_CHECK_EQUAL(child.wait(), 5);
    // More of them where the losses took more than a second, or have several reasons.
    const auto shown = count_of(child.err(), " warning: connection [");
    std::size_t counted = 0;
    const std::regex more(
        "\u2026 and ([0-9]+) more within [0-9]+m?s: connection \\[\u2026\\] was lost");
    for (std::sregex_iterator i(child.err().begin(), child.err().end(), more), end; i != end; ++i)
        counted += std::stoul((*i)[1]);
    CAF_CHECK_EQUAL(shown + counted, 200u);
    CAF_CHECK_LESS(shown, 20u);
}

CAF_TEST(the level says what is logged) {
    const arguments faulty = quick_run(
        {"--emulator.faults=reset:100%", "--pool.reconnect-min=1ms", "--pool.reconnect-max=10ms"});
    const auto err = [&](const std::string& level) {
        return run_binary(joined(faulty, {"--log.level=" + level})).err;
    };
    const auto quiet = err("off");
    CAF_CHECK(!contains(quiet, "connection ["));
    check_contains(quiet, "Running against the embedded emulator");
    const auto warnings = err("warn");
    check_contains(warnings, " warning: connection [");
    CAF_CHECK(!contains(warnings, " info: "));
    check_contains(err("info"), " info: request [");
}
