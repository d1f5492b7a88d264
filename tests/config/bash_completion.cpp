#define CAF_SUITE config_bash_completion

#include "caf/test/dsl.hpp"
#include "config/completion.hpp"
#include "config/options.hpp"
#include "tests/config/shells.hpp"

#include <algorithm>

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

// Readline's keys.
const std::string tab = "\t";
const std::string insert_all = "\033*"; // Every candidate, one after another.

// "=" is then a character of words like any other.
const std::string whole_words = "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}";

// The arguments of avatar-pool, joined by "|", on each of these lines as a user would type
// them into a bash without any other completion.
std::vector<std::string> typed_in_bash(const std::vector<std::string>& typed,
                                       const std::string& setup = "") {
    const scratch_home home;
    home.write("completion.bash", bash_completion());
    home.write("one.toml", "");
    home.write("two words.toml", "");
    home.write("folder/three.toml", "");
    std::string input = "unset HISTFILE\n"
                        "avatar-pool() { local IFS='|'; echo \"GOT $*\"; }\n"
                        "source ./completion.bash\n" +
                        setup + '\n';
    for (const auto& line : typed)
        input += "avatar-pool " + line + '\n';
    home.write("input", input);
    // In a session of its own: an interactive bash takes hold of the terminal it finds.
    const auto result = home.run("exec setsid --wait bash --norc --noprofile -i < input");
    // It complains on standard error, among the prompts.
    for (const auto complaint : {"completion.bash: line", "_avatar_pool: ", "compopt:"})
        CAF_CHECK_EQUAL(result.err.find(complaint), std::string::npos);
    auto got = lines_with("GOT ", result.out);
    CAF_REQUIRE_EQUAL(got.size(), typed.size());
    return got;
}

std::string typed_in_bash(const std::string& line, const std::string& setup = "") {
    return typed_in_bash(std::vector{line}, setup).front();
}

// Words joined by "|" in alphabetical order, as bash gives them.
std::string in_order(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    std::string joined;
    for (const auto& word : words)
        joined += (joined.empty() ? "" : "|") + word;
    return joined;
}

std::vector<std::string> keys_on_the_command_line() {
    std::vector<std::string> keys{"--config=", "--help", "--version"};
    for (const auto& known : options())
        if (!known.secret)
            keys.push_back("--" + std::string(known.key) + "=");
    return keys;
}

} // namespace

CAF_TEST(bash completes subcommands) {
    CAF_CHECK_EQUAL(typed_in_bash(insert_all), "completion|emulator|manual|run|worker");
    CAF_CHECK_EQUAL(typed_in_bash("r" + tab + "x"), "run|x");
    CAF_CHECK_EQUAL(typed_in_bash("run ru" + tab), "run|ru");
    CAF_CHECK_EQUAL(typed_in_bash("completion " + insert_all), "completion|bash|zsh");
    CAF_CHECK_EQUAL(typed_in_bash("completion z" + tab), "completion|zsh");
    CAF_CHECK_EQUAL(typed_in_bash("completion bash z" + tab), "completion|bash|z");
}

CAF_TEST(bash completes the options that go with a subcommand) {
    const auto common = keys_on_the_command_line();
    auto with_run = common;
    with_run.emplace_back("--emulator");
    CAF_CHECK_EQUAL(typed_in_bash("run --" + insert_all), "run|" + in_order(with_run));
    CAF_CHECK_EQUAL(typed_in_bash("run " + insert_all), "run|" + in_order(with_run));
    CAF_CHECK_EQUAL(typed_in_bash("--" + insert_all), in_order(with_run));
    CAF_CHECK_EQUAL(typed_in_bash("emulator --" + insert_all), "emulator|" + in_order(common));
    CAF_CHECK_EQUAL(typed_in_bash("manual --" + insert_all), "manual|--help|--version");
    CAF_CHECK_EQUAL(typed_in_bash("completion --" + insert_all), "completion|--help|--version");
}

CAF_TEST(bash leaves no blank where a value follows) {
    CAF_CHECK_EQUAL(typed_in_bash("run --pool.siz" + tab + "3"), "run|--pool.size=3");
    CAF_CHECK_EQUAL(typed_in_bash("run --pool.siz" + tab + "3", whole_words), "run|--pool.size=3");
    CAF_CHECK_EQUAL(typed_in_bash("run --hel" + tab + "x"), "run|--help|x");
}

CAF_TEST(bash completes the values of every option that takes a few only) {
    std::vector<std::string> typed;
    std::vector<std::string> expected;
    std::vector<std::string> expected_whole;
    for (const auto& known : options()) {
        if (known.kind.choices.empty())
            continue;
        const auto key = "--" + std::string(known.key);
        typed.push_back("run " + key + '=' + insert_all);
        expected.push_back("run|" + key + '=' + in_order(known.kind.choices));
        auto with_key = known.kind.choices;
        for (auto& choice : with_key)
            choice = key + '=' + choice;
        expected_whole.push_back("run|" + in_order(with_key));
        typed.push_back("run " + key + ' ' + insert_all);
        expected.push_back("run|" + key + '|' + in_order(known.kind.choices));
        expected_whole.push_back(expected.back());
    }
    CAF_CHECK_GREATER(typed.size(), 10u);
    CAF_CHECK_EQUAL(typed_in_bash(typed), expected);
    CAF_CHECK_EQUAL(typed_in_bash(typed, whole_words), expected_whole);
}

CAF_TEST(bash completes a value that is begun) {
    for (const auto& setup : {std::string(), whole_words, std::string("set -u")}) {
        CAF_CHECK_EQUAL(typed_in_bash("run --log.level=d" + tab + "x", setup),
                        "run|--log.level=debug|x");
        CAF_CHECK_EQUAL(typed_in_bash("run --log.level d" + tab + "x", setup),
                        "run|--log.level|debug|x");
        CAF_CHECK_EQUAL(typed_in_bash("--log.level=d" + tab + "ru" + tab, setup),
                        "--log.level=debug|run");
        CAF_CHECK_EQUAL(typed_in_bash("run --log.level=x" + tab, setup), "run|--log.level=x");
    }
}

CAF_TEST(bash tells values from subcommands) {
    for (const auto& setup : {std::string(), whole_words}) {
        for (const std::string before :
             {"--log.level=debug", "--log.level|debug", "--audio.file=", "--emulator", "--help"}) {
            auto typed = before;
            std::replace(typed.begin(), typed.end(), '|', ' ');
            CAF_CHECK_EQUAL(typed_in_bash(typed + " ru" + tab, setup), before + "|run");
        }
        for (const std::string value : {"=completion", "|completion"}) {
            auto typed = "--service.app-id" + value;
            std::replace(typed.begin(), typed.end(), '|', ' ');
            CAF_CHECK_EQUAL(typed_in_bash(typed + " ru" + tab, setup),
                            "--service.app-id" + value + "|run");
        }
        CAF_CHECK_EQUAL(typed_in_bash("--pool.size --log.level off ru" + tab, setup),
                        "--pool.size|--log.level|off|run");
        CAF_CHECK_EQUAL(typed_in_bash("--log.level=off completion z" + tab, setup),
                        "--log.level=off|completion|zsh");
        CAF_CHECK_EQUAL(typed_in_bash("run --pool.size --log.lev" + tab + "off", setup),
                        "run|--pool.size|--log.level=off");
    }
}

CAF_TEST(bash completes paths) {
    for (const auto& setup : {std::string(), whole_words}) {
        for (const std::string key : {"--config=", "--config|", "--report.json="}) {
            auto typed = key;
            std::replace(typed.begin(), typed.end(), '|', ' ');
            const auto completed = [&](const std::string& value) {
                return typed_in_bash("run " + typed + value, setup);
            };
            CAF_CHECK_EQUAL(completed("o" + tab + "x"), "run|" + key + "one.toml|x");
            CAF_CHECK_EQUAL(completed("tw" + tab), "run|" + key + "two words.toml");
            CAF_CHECK_EQUAL(completed("fo" + tab + "th" + tab), "run|" + key + "folder/three.toml");
        }
    }
    CAF_CHECK_EQUAL(typed_in_bash("run --config=\"tw" + tab), "run|--config=two words.toml");
    CAF_CHECK_EQUAL(typed_in_bash("run --pool.size=o" + tab), "run|--pool.size=o");
    CAF_CHECK_EQUAL(typed_in_bash("run --pool.size o" + tab), "run|--pool.size|o");
}

CAF_TEST(bash completes nothing of a secret) {
    for (const auto& known : options())
        if (known.secret)
            CAF_CHECK_EQUAL(bash_completion().find(std::string(known.key)), std::string::npos);
}
