#define CAF_SUITE config_command_line

#include "config/command_line.hpp"

#include "caf/test/dsl.hpp"
#include "tests/config/support.hpp"

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

using arguments = std::vector<std::string>;

command_line parse(const arguments& given) {
    return with_arguments(given, read_command_line);
}

std::string error(const arguments& given) {
    return error_of([&] { parse(given); });
}

// "key=value" of every value, in order, separated by blanks.
std::string values(const arguments& given) {
    std::string result;
    for (const auto& [key, value, line] : parse(given).values)
        result += (result.empty() ? "" : " ") + key + "=" + value;
    return result;
}

} // namespace

CAF_TEST(options stand before or after the subcommand and in both forms) {
    CAF_CHECK_EQUAL(values({"run", "--pool.size=3"}), "pool.size=3");
    CAF_CHECK_EQUAL(values({"run", "--pool.size", "3"}), "pool.size=3");
    CAF_CHECK_EQUAL(values({"--pool.size=3", "run"}), "pool.size=3");
    CAF_CHECK_EQUAL(values({"--pool.size", "3", "emulator"}), "pool.size=3");
    CAF_CHECK(parse({"--emulator", "run"}).embedded_emulator);
    CAF_CHECK(parse({"run", "--emulator"}).embedded_emulator);
    CAF_CHECK(!parse({"run"}).embedded_emulator);
    CAF_CHECK(parse({"run"}).what == subcommand::run);
    CAF_CHECK(parse({"emulator"}).what == subcommand::emulator);
}

CAF_TEST(equal options keep their order) {
    CAF_CHECK_EQUAL(values({"--pool.size=3", "run", "--pool.size", "4", "--pool.size=5"}),
                    "pool.size=3 pool.size=4 pool.size=5");
    const auto line = parse({"run", "--config=a", "--config", "b"});
    CAF_CHECK_EQUAL(line.config_file.value_or("none"), "b");
}

CAF_TEST(values are taken as they stand) {
    for (const std::string value : {"run", "emulator", "a b,c", "[a,b]", "[]", "{x}", "a=b", "#",
                                    "\"q\"", "-x.wav", "-5", "-h", "/x", "++", "%%", "ü"}) {
        CAF_CHECK_EQUAL(values({"run", "--audio.file=" + value}), "audio.file=" + value);
        CAF_CHECK_EQUAL(values({"run", "--audio.file", value}), "audio.file=" + value);
    }
    CAF_CHECK_EQUAL(values({"run", "--audio.file=--x"}), "audio.file=--x");
    CAF_CHECK_EQUAL(values({"run", "--pool.size", "-5"}), "pool.size=-5");
}

CAF_TEST(an empty value is a value and takes no other argument) {
    CAF_CHECK_EQUAL(values({"--audio.file=", "run"}), "audio.file=");
    CAF_CHECK_EQUAL(values({"run", "--audio.file=", "--pool.size=3"}), "pool.size=3 audio.file=");
    CAF_CHECK_EQUAL(values({"run", "--audio.file", ""}), "audio.file=");
}

CAF_TEST(a missing value is an error) {
    const auto expected = "command line: --pool.size: no value given: expected a whole number "
                          "from 1 up";
    CAF_CHECK_EQUAL(error({"run", "--pool.size"}), expected);
    CAF_CHECK_EQUAL(error({"run", "--pool.size", "--rounds.count=3"}), expected);
    CAF_CHECK_EQUAL(error({"run", "--config"}),
                    "command line: --config: no value given: expected the path of a file");
}

CAF_TEST(flags take no value) {
    CAF_CHECK_EQUAL(error({"run", "--emulator=foo"}),
                    "command line: --emulator=foo: expected --emulator alone, it takes no value");
    CAF_CHECK_EQUAL(error({"run", "--emulator="}),
                    "command line: --emulator=: expected --emulator alone, it takes no value");
    CAF_CHECK_EQUAL(error({"--help=yes"}),
                    "command line: --help=yes: expected --help alone, it takes no value");
}

CAF_TEST(there is one subcommand) {
    const auto none = "command line: no subcommand: expected run, worker, emulator, manual or "
                      "completion (see --help)";
    CAF_CHECK_EQUAL(error({}), none);
    CAF_CHECK_EQUAL(error({"--pool.size=3"}), none);
    CAF_CHECK_EQUAL(error({"rum"}), "command line: unexpected argument \"rum\": expected run, "
                                    "worker, emulator, manual or completion");
    CAF_CHECK_EQUAL(error({"bash", "completion"}),
                    "command line: unexpected argument \"bash\": see --help");
    CAF_CHECK_EQUAL(error({"run", "emulator"}),
                    "command line: unexpected argument \"emulator\": see --help");
    CAF_CHECK_EQUAL(error({"run", "run"}), "command line: unexpected argument \"run\": see --help");
}

CAF_TEST(stray arguments are errors) {
    for (const std::string stray : {"foo", "/foo", "", "-", "++"})
        CAF_CHECK_EQUAL(error({"run", stray}),
                        "command line: unexpected argument \"" + stray + "\": see --help");
    CAF_CHECK_EQUAL(error({"run", "--", "--pool.size=3"}),
                    "command line: unexpected argument \"--\": see --help");
    CAF_CHECK(parse({"run", "--"}).what == subcommand::run);
}

CAF_TEST(unknown options are errors that show no value) {
    CAF_CHECK_EQUAL(error({"run", "--pool.sise=3"}),
                    "command line: unknown option --pool.sise: did you mean --pool.size?");
    CAF_CHECK_EQUAL(error({"--pool.sise", "3", "run"}),
                    "command line: unknown option --pool.sise: did you mean --pool.size?");
    CAF_CHECK_EQUAL(error({"run", "--service.api-kye=secret"}),
                    "command line: unknown option --service.api-kye: did you mean "
                    "--service.api-key?");
    CAF_CHECK_EQUAL(error({"run", "--entirely-different=secret"}),
                    "command line: unknown option --entirely-different: see --help");
    CAF_CHECK_EQUAL(error({"run", "-xsecret"}), "command line: unknown option -x: see --help");
    CAF_CHECK_EQUAL(error({"run", "-5"}), "command line: unknown option -5: see --help");
}

CAF_TEST(the API key is refused and not shown) {
    const auto expected =
        "command line: --service.api-key: not allowed here, where the process list shows it: "
        "expected AVATAR_API_KEY in the environment, or service.api-key in a file named by "
        "--config";
    CAF_CHECK_EQUAL(error({"run", "--service.api-key=secret"}), expected);
    CAF_CHECK_EQUAL(error({"run", "--service.api-key", "secret"}), expected);
    CAF_CHECK_EQUAL(error({"--service.api-key=", "run"}), expected);
}

CAF_TEST(the embedded emulator belongs to run) {
    CAF_CHECK_EQUAL(error({"emulator", "--emulator"}),
                    "command line: --emulator: belongs to run: expected avatar-pool emulator "
                    "without it");
}

CAF_TEST(what prints a text takes nothing else) {
    CAF_CHECK(parse({"manual"}).what == subcommand::manual);
    for (const std::string stray : {"bash", "run", "manual", ""})
        CAF_CHECK_EQUAL(error({"manual", stray}),
                        "command line: unexpected argument \"" + stray + "\": see --help");
    CAF_CHECK_EQUAL(error({"manual", "--pool.sise=3"}),
                    "command line: unknown option --pool.sise: did you mean --pool.size?");
    for (const std::string what : {"manual", "completion"}) {
        const auto refused = [&](const arguments& beside) {
            auto given = beside;
            given.push_back(what);
            if (what == "completion")
                given.push_back("bash");
            return error(given);
        };
        const auto without = ": expected avatar-pool " + what + " without it";
        CAF_CHECK_EQUAL(refused({}), "no error");
        CAF_CHECK_EQUAL(refused({"--pool.size=3"}),
                        "command line: --pool.size: belongs to run, worker and emulator" + without);
        CAF_CHECK_EQUAL(refused({"--pool.size", "many"}),
                        "command line: --pool.size: belongs to run, worker and emulator" + without);
        CAF_CHECK_EQUAL(refused({"--config=x"}),
                        "command line: --config: belongs to run, worker and emulator" + without);
        CAF_CHECK_EQUAL(refused({"--emulator"}),
                        "command line: --emulator: belongs to run" + without);
        CAF_CHECK(refused({"--service.api-key=secret"}).find("process list") != std::string::npos);
    }
}

CAF_TEST(a completion is for one of the shells) {
    for (const std::string shell : {"bash", "zsh"}) {
        CAF_CHECK(parse({"completion", shell}).what == subcommand::completion);
        CAF_CHECK_EQUAL(parse({"completion", shell}).argument, shell);
    }
    const auto missing = "command line: completion: no shell given: expected bash or zsh";
    CAF_CHECK_EQUAL(error({"completion"}), missing);
    CAF_CHECK_EQUAL(error({"completion", ""}), missing);
    for (const std::string other : {"fish", "Bash", "bas", "run", "[bash]", "{x}", "bash,zsh"})
        CAF_CHECK_EQUAL(error({"completion", other}),
                        "command line: completion " + other + ": expected bash or zsh");
    CAF_CHECK_EQUAL(error({"completion", "\x1b"}),
                    "command line: completion  : expected bash or zsh");
    CAF_CHECK_EQUAL(error({"completion", "bash", "zsh"}),
                    "command line: unexpected argument \"zsh\": see --help");
    CAF_CHECK_EQUAL(error({"completion", "-x"}), "command line: unknown option -x: see --help");
}

CAF_TEST(help and version need nothing else) {
    for (const arguments& given : {arguments{"--help"},
                                   {"-h"},
                                   {"run", "--help"},
                                   {"emulator", "-h"},
                                   {"completion", "-h"},
                                   {"manual", "--help", "--pool.size=3"},
                                   {"--help", "--foo"}})
        CAF_CHECK(parse(given).help);
    CAF_CHECK(parse({"--version"}).version);
    CAF_CHECK(parse({"run", "--version"}).version);
}
