// A program with behaviours of its own: what each does, and what a bad one costs.
#include "tests/main/binary.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#define CAF_SUITE extensions

using namespace avatar::tests;

namespace {

/// A run of that program: two sessions, one round of six requests, on channels in memory.
outcome run_extended(const arguments& more) {
    const arguments usual{"run",
                          "--service.channel=memory",
                          "--pool.size=2",
                          "--rounds.count=1",
                          "--rounds.concurrency=6",
                          "--log.level=off"};
    process program(EXTENDED_PROGRAM, joined(usual, more));
    outcome result;
    result.code = program.wait();
    result.out = program.out();
    result.err = program.err();
    return result;
}

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace

CAF_TEST(every behaviour is chosen by its name) {
    for (const auto* option :
         {"--pool.dispatch=as-usual", "--load.shape=pairs", "--pool.session=plain",
          "--pool.dispatch=longest-idle", "--load.shape=rounds", "--report.sinks="}) {
        const auto result = run_extended({option});
        CAF_CHECK_EQUAL(result.code, 0);
        check_contains(result.out, "Successful: 6 (100.0%)");
        CAF_CHECK_EQUAL(result.err, "");
    }
}

CAF_TEST(sinks hear every result and every frame) {
    const scratch_folder scratch;
    const auto file = scratch.path("out");
    CAF_CHECK_EQUAL(run_extended({"--report.sinks=ids", "--ids.file=" + file}).code, 0);
    const auto ids = content_of(file);
    CAF_CHECK_EQUAL(std::count(ids.begin(), ids.end(), '\n'), 6);
    CAF_CHECK_EQUAL(run_extended({"--report.sinks=frames", "--ids.file=" + file}).code, 0);
    CAF_CHECK_EQUAL(content_of(file), "18\n");
}

CAF_TEST(options of its own are in the help and in every source) {
    process help(EXTENDED_PROGRAM, {"--help"});
    CAF_CHECK_EQUAL(help.wait(), 0);
    for (const auto* text : {"--load.shape=WORD", "--ids.seed=N", "[AVATAR_IDS_FILE]",
                             "--report.sinks=NAMES", "--service.channel=WORD"})
        check_contains(help.out(), text);
    const scratch_folder scratch;
    const auto config =
        scratch.file("c.toml", "[report]\nsinks = 'ids'\n[load]\nshape = 'pairs'\n[ids]\nfile = '" +
                                   scratch.path("from-file") + "'");
    CAF_CHECK_EQUAL(run_extended({"--config=" + config}).code, 0);
    CAF_CHECK_NOT_EQUAL(content_of(scratch.path("from-file")), "");
    const auto unknown = run_extended({"--load.shape=square"});
    CAF_CHECK_EQUAL(unknown.code, 2);
    check_contains(unknown.err,
                   "--load.shape=square: expected one of rounds, pairs, throws, unmade");
}

CAF_TEST(options of its own have their bounds) {
    const std::pair<std::string, std::string> refused[] = {
        {"--ids.seed=0", "a whole number from 1 up"},
        {"--ids.shift=-4", "a whole number from -3 to 3"},
        {"--ids.skew=-0.6", "a number from -0.5 to 0.5"},
        {"--ids.pause=1001ms", "a duration from 0s to 1s, such as 500ms, 30s, 10min or 1h"},
    };
    for (const auto& [option, expected] : refused) {
        const auto result = run_extended({option});
        CAF_CHECK_EQUAL(result.code, 2);
        check_contains(result.err, "command line: " + option + ": expected " + expected);
    }
    CAF_CHECK_EQUAL(
        run_extended({"--ids.shift=-3", "--ids.skew=-0.5", "--ids.seed=1", "--ids.pause=1s"}).code,
        0);
}

CAF_TEST(a bad behaviour costs its requests or its run and is named) {
    struct expectation {
        std::string option;
        int code;
        std::string text;
    };
    const expectation all[] = {
        {"--pool.dispatch=bad-session", 1,
         "dispatch policy \"bad-session\": it chose slot 77, which has no idle session"},
        {"--pool.dispatch=throws", 1, "dispatch policy \"throws\": broken indeed"},
        {"--pool.dispatch=unmade", 3, "dispatch policy \"unmade\": broken indeed"},
        {"--load.shape=throws", 1, "the run ended early: load shape \"throws\": broken indeed"},
        {"--load.shape=unmade", 1, "the run ended early: load shape \"unmade\": broken indeed"},
        {"--report.sinks=throws", 1, "the run ended early: result sink \"throws\": broken indeed"},
        {"--report.sinks=never", 1,
         "the run ended early: result sink \"never\": it has not flushed its results within 10s"},
        {"--pool.session=unmade", 3, "session \"unmade\": broken indeed"},
        {"--pool.session=silent", 3, "it neither opened nor failed within 1001ms"},
        {"--pool.session=tap-throws", 1, "tap \"mine\" of connection [memory-1]: broken indeed"},
        {"--pool.session=tap-throws-at-events", 3,
         "tap \"mine\" of connection [memory-1]: broken indeed"},
        {"--service.channel=throws", 1, "channel \"throws\": broken indeed"},
        {"--service.channel=none", 3, "channel \"none\": its factory made none"},
        {"--service.channel=number", 2,
         "service.channel=number: an exception of a type of its own"},
        {"--service.channel=unmade", 2, "service.channel=unmade: broken indeed"},
    };
    for (const auto& [option, code, text] : all) {
        CAF_MESSAGE(option);
        const auto result = run_extended({option, "--service.connect-timeout=1ms"});
        CAF_CHECK_EQUAL(result.code, code);
        check_contains(result.out + result.err, text);
    }
}

CAF_TEST(without behaviours of its own a program has no options for them) {
    const auto result = run_binary({"run", "--load.shape=rounds"});
    CAF_CHECK_EQUAL(result.code, 2);
    check_contains(result.err, "unknown option --load.shape");
}
