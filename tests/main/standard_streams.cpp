#include "tests/main/binary.hpp"

#include <nlohmann/json.hpp>

#include <csignal>

#define CAF_SUITE standard_streams

using namespace avatar;
using namespace avatar::tests;

namespace {

/// Runs the program with the redirections of a shell.
outcome run_in_shell(const std::string& command) {
    process shell("/bin/sh", {"-c", command});
    outcome result;
    result.code = shell.wait();
    result.out = shell.out();
    result.err = shell.err();
    return result;
}

/// Requests of the report in that text; -1: it is no JSON.
int requests_in(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_discarded() ? -1 : json.at("requests").at("total").get<int>();
}

} // namespace

CAF_TEST(a standard stream that is closed gets no number that a file then has) {
    scratch_folder folder;
    const auto file = folder.path("report.json");
    const auto command = quick_run_in_words({"--report.json=" + file, "--log.level=debug"});
    for (const std::string closed :
         {"<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"}) {
        std::filesystem::remove(file);
        const auto result = run_in_shell(command + " " + closed);
        CAF_MESSAGE(closed);
        const bool has_output =
            closed.find(">&-") == closed.npos || closed == "2>&-" || closed == "<&- 2>&-";
        CAF_CHECK_EQUAL(result.code, has_output ? 0 : 1);
        CAF_CHECK_EQUAL(requests_in(content_of(file)), 6);
        CAF_CHECK_EQUAL(contains(result.out, "Connection pool closed"), has_output);
    }
}

CAF_TEST(a standard output that is closed is told) {
    const auto run = run_in_shell(quick_run_in_words() + " >&-");
    CAF_CHECK_EQUAL(run.code, 1);
    check_contains(run.err, "avatar-pool: the report could not be written to standard output");
    for (const std::string what : {"--help", "--version", "manual", "completion bash"}) {
        const auto print = run_in_shell(std::string(AVATAR_POOL_BINARY) + " " + what + " >&-");
        CAF_CHECK_EQUAL(print.code, 1);
        CAF_CHECK_EQUAL(print.err,
                        "avatar-pool: the text could not be written to standard output\n");
    }
}

CAF_TEST(an emulator without standard output serves until it is stopped) {
    process shell("/bin/sh",
                  {"-c", "exec " + std::string(AVATAR_POOL_BINARY) + " emulator <&- >&-"});
    CAF_REQUIRE(shell.wait_for_error("the lines could not be written to standard output"));
    shell.signal(SIGTERM);
    CAF_CHECK_EQUAL(shell.wait(), 0);
}

CAF_TEST(a reader that goes away ends neither the run nor its JSON report) {
    scratch_folder folder;
    const auto file = folder.path("report.json");
    const auto code = folder.path("code");
    const auto command = quick_run_in_words({"--report.json=" + file});
    for (const std::string reader : {"| true", "2>&1 >/dev/null | true", "2>&1 | true"}) {
        std::filesystem::remove(file);
        run_in_shell("{ " + command + " ; echo $? > " + code + " ; } " + reader);
        CAF_CHECK_EQUAL(requests_in(content_of(file)), 6);
        const auto expected = reader.starts_with("2>&1 >") ? "0\n" : "1\n";
        CAF_CHECK_EQUAL(content_of(code), expected);
    }
}

CAF_TEST(a full disk behind a standard stream does not cost the JSON report) {
    scratch_folder folder;
    const auto file = folder.path("report.json");
    const auto command = quick_run_in_words({"--report.json=" + file, "--log.level=debug"});
    for (const std::string to : {">/dev/full", "2>/dev/full", ">/dev/full 2>&1"}) {
        std::filesystem::remove(file);
        CAF_CHECK_EQUAL(run_in_shell(command + " " + to).code, to == "2>/dev/full" ? 0 : 1);
        CAF_CHECK_EQUAL(requests_in(content_of(file)), 6);
    }
}

CAF_TEST(a dash is standard output with the JSON report alone) {
    scratch_folder folder;
    const auto result =
        run_in_shell("cd " + folder.path("") + " && " + quick_run_in_words({"--report.json=-"}));
    CAF_CHECK_EQUAL(result.code, 0);
    CAF_CHECK_EQUAL(requests_in(result.out), 6);
    check_contains(result.err, "\nOverall Statistics:\n  Total rounds: 2\n  Total requests: 6\n");
    check_contains(result.err, "Connection pool closed\n");
    CAF_CHECK(!std::filesystem::exists(folder.path("-")));
}

CAF_TEST(a dash that is closed is refused before the run) {
    const auto result = run_in_shell(quick_run_in_words({"--report.json=-"}) + " >&-");
    CAF_CHECK_EQUAL(result.code, 2);
    CAF_CHECK_EQUAL(result.err,
                    "avatar-pool: cannot write the report to standard output: it is closed\n");
}

CAF_TEST(a dash on a full disk or a pipe without a reader makes the exit code 1) {
    const auto full = run_in_shell(quick_run_in_words({"--report.json=-"}) + " >/dev/full");
    CAF_CHECK_EQUAL(full.code, 1);
    check_contains(full.err, "cannot write the report to standard output: No space left on device");
}
