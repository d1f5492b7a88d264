#define CAF_SUITE config_zsh_completion

#include "caf/test/dsl.hpp"
#include "config/completion.hpp"
#include "config/options.hpp"
#include "config/usage.hpp"
#include "tests/config/shells.hpp"

#include <algorithm>
#include <optional>

using namespace avatar::config;
using namespace avatar::config::test;

namespace {

// Types each line of the file "typed" into a zsh on a terminal of its own. ^Xa inserts every
// candidate, ^Xb shows them with their descriptions.
constexpr const char* zsh_driver = R"zsh(zmodload zsh/zpty || exit 77
zpty shell zsh -f -i
zpty -w shell "stty cols 300 rows 100; PS1= PS2= RPS1=; unsetopt beep prompt_sp; COLUMNS=300 LINES=100 LISTMAX=0
fpath=($HOME/functions \$fpath); autoload -Uz compinit; compinit -u -D
zle -C every complete-word _generic; bindkey '^Xa' every; bindkey '^Xb' list-choices
zstyle ':completion:every:*' completer _all_matches _complete
zstyle ':completion:every:*' insert true
zstyle ':completion:*' format 'MESSAGE %d'
$SETUP
avatar-pool() { print -r -- \"G\"\"OT \${(j:|:)@} E\"\"ND\" }; echo REA\"\"DY"
zpty -r shell out '*READY*'
for line in ${(f)"$(<typed)"}; do
    zpty -w shell "avatar-pool $line"
    zpty -r shell out '*GOT *END*'
    print -r -- "${out//$'\r'}"
done
zpty -d shell
)zsh";

const std::string all_in_zsh = "\x18"
                               "a";
const std::string list_in_zsh = "\x18"
                                "b";

// What zsh shows; nothing: it is not installed.
std::optional<std::string> shown_by_zsh(const std::vector<std::string>& typed,
                                        bool sourced = false) {
    const scratch_home home;
    if (!home.installed("zsh"))
        return std::nullopt;
    home.write(sourced ? "sourced" : "functions/_avatar-pool", zsh_completion());
    home.write("folder/one.toml", "");
    home.write("two words.toml", "");
    home.write("driver.zsh", zsh_driver);
    std::string lines;
    for (const auto& line : typed)
        lines += line + '\n';
    home.write("typed", lines);
    const auto result = home.run(sourced ? "SETUP='source ./sourced' exec zsh -f driver.zsh"
                                         : "SETUP= exec zsh -f driver.zsh");
    if (result.code == 77)
        return std::nullopt;
    CAF_CHECK_EQUAL(result.code, 0);
    CAF_CHECK_EQUAL(result.err, "");
    return result.out;
}

// The arguments of avatar-pool on each line, joined by "|", are these.
void check_typed_in_zsh(const std::vector<std::pair<std::string, std::string>>& cases,
                        bool sourced = false) {
    std::vector<std::string> typed;
    std::vector<std::string> expected;
    for (const auto& [line, arguments] : cases) {
        typed.push_back(line);
        expected.push_back(arguments + " END");
    }
    const auto shown = shown_by_zsh(typed, sourced);
    if (!shown) {
        CAF_MESSAGE("skipped: zsh is not installed");
        return;
    }
    CAF_CHECK_EQUAL(lines_with("GOT ", *shown), expected);
}

// Words joined by "|", in alphabetical order.
std::string as_zsh_has_them(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    std::string joined;
    for (const auto& word : words)
        joined += (joined.empty() ? "" : "|") + word;
    return joined;
}

} // namespace

CAF_TEST(zsh completes subcommands) {
    check_typed_in_zsh({{all_in_zsh, "completion|emulator|manual|run|worker"},
                        {"r" + all_in_zsh, "run"},
                        {"run ru" + all_in_zsh, "run|ru"},
                        {"--log.level=off r" + all_in_zsh, "--log.level=off|run"},
                        {"--log.level off r" + all_in_zsh, "--log.level|off|run"},
                        {"--help ru" + all_in_zsh, "--help|ru"},
                        {"completion " + all_in_zsh, "completion|bash|zsh"},
                        {"completion z" + all_in_zsh, "completion|zsh"}});
}

CAF_TEST(zsh completes the options that go with a subcommand) {
    std::vector<std::string> common{"--config", "--help", "--version"};
    for (const auto& known : options())
        if (!known.secret)
            common.push_back("--" + std::string(known.key));
    auto with_run = common;
    with_run.emplace_back("--emulator");
    check_typed_in_zsh(
        {{"run --" + all_in_zsh, "run|" + as_zsh_has_them(with_run)},
         {"--" + all_in_zsh, as_zsh_has_them(with_run)},
         {"emulator --" + all_in_zsh, "emulator|" + as_zsh_has_them(common)},
         {"manual --" + all_in_zsh, "manual|--help|--version"},
         {"completion --" + all_in_zsh, "completion|--help|--version"},
         {"run --pool.size=3 --pool.siz" + all_in_zsh, "run|--pool.size=3|--pool.siz"},
         {"run --pool.siz\t3", "run|--pool.size=3"}});
}

CAF_TEST(zsh completes values and paths) {
    std::vector<std::pair<std::string, std::string>> cases;
    for (const auto& known : options()) {
        if (known.kind.choices.empty())
            continue;
        const auto key = "--" + std::string(known.key);
        cases.emplace_back("run " + key + ' ' + all_in_zsh,
                           "run|" + key + '|' + as_zsh_has_them(known.kind.choices));
        auto with_key = known.kind.choices;
        for (auto& choice : with_key)
            choice = key + '=' + choice;
        cases.emplace_back("run " + key + '=' + all_in_zsh, "run|" + as_zsh_has_them(with_key));
    }
    CAF_CHECK_GREATER(cases.size(), 10u);
    for (const std::string key : {"--config=", "--config|", "--report.json="}) {
        auto typed = "run " + key;
        std::replace(typed.begin(), typed.end(), '|', ' ');
        cases.emplace_back(typed + "tw\t", "run|" + key + "two words.toml");
        cases.emplace_back(typed + "fo\ton\t", "run|" + key + "folder/one.toml");
    }
    cases.emplace_back("run --pool.size=t" + all_in_zsh, "run|--pool.size=t");
    check_typed_in_zsh(cases);
}

CAF_TEST(zsh shows every help text as it is) {
    const auto shown =
        shown_by_zsh({list_in_zsh, "run --" + list_in_zsh, "run --emulator.accounts=" + list_in_zsh,
                      "run --egress.livekit.attributes " + list_in_zsh});
    if (!shown) {
        CAF_MESSAGE("skipped: zsh is not installed");
        return;
    }
    const auto text = unwrapped(*shown);
    for (const auto& known : options())
        CAF_CHECK_EQUAL(text.find(" -- " + std::string(known.help) + ' ') != std::string::npos,
                        !known.secret);
    for (const auto& known : general_options())
        CAF_CHECK_NOT_EQUAL(text.find(" -- " + std::string(known.help) + ' '), std::string::npos);
    for (const auto& known : subcommands())
        CAF_CHECK_NOT_EQUAL(text.find(" -- " + std::string(known.summary) + ' '),
                            std::string::npos);
    for (const auto message : {"MESSAGE KEY:APP", "MESSAGE NAME=VALUE"})
        CAF_CHECK_NOT_EQUAL(text.find(message), std::string::npos);
}

CAF_TEST(zsh completes from a script that is sourced) {
    check_typed_in_zsh({{"run --log.level=d" + all_in_zsh, "run|--log.level=debug"}}, true);
}
