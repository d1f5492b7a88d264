#define CAF_SUITE config_help

#include "config/help.hpp"

#include "caf/test/dsl.hpp"
#include "config/exit_codes.hpp"
#include "config/options.hpp"
#include "config/usage.hpp"

#include <algorithm>
#include <sstream>

using namespace avatar::config;

namespace {

bool shows(const std::string& text) {
    return help_text().find(text) != std::string::npos;
}

// The help text with every run of white space as one space.
std::string unwrapped() {
    std::string result;
    std::istringstream words(help_text());
    for (std::string word; words >> word;)
        result += word + ' ';
    return result;
}

} // namespace

CAF_TEST(every option stands there with its help text and environment variable) {
    const auto text = unwrapped();
    for (const auto& known : options()) {
        const auto start = text.find(std::string(known.secret ? " " : " --") +
                                     std::string(known.key) + (known.secret ? " " : "="));
        CAF_REQUIRE_NOT_EQUAL(start, std::string::npos);
        CAF_CHECK_NOT_EQUAL(text.find(known.help, start), std::string::npos);
        if (!known.environment.empty())
            CAF_CHECK_NOT_EQUAL(text.find("[" + std::string(known.environment) + "]", start),
                                std::string::npos);
    }
}

CAF_TEST(defaults are shown where there are any) {
    const auto text = unwrapped();
    CAF_CHECK_NOT_EQUAL(text.find("Connections to hold open (default 100)"), std::string::npos);
    CAF_CHECK_NOT_EQUAL(text.find("each session token (default 10min)"), std::string::npos);
    CAF_CHECK_EQUAL(text.find("(default )"), std::string::npos);
}

CAF_TEST(subcommands and exit codes and the other switches stand there) {
    for (const auto text :
         {"\nUsage: avatar-pool run [options]\n", "\n       avatar-pool emulator [options]\n",
          "\n       avatar-pool manual\n", "\n       avatar-pool completion bash|zsh\n",
          "\n  run         open the pool", "\n  completion  print the script", "--config=FILE",
          "  --emulator ", "-h, --help", "--version", "\npool:\n", "  0  all requests succeeded",
          "  1  some requests failed", "  2  the configuration",
          "  3  no connection could be opened", "  4  requests were lost or answered twice"})
        CAF_CHECK(shows(text));
}

CAF_TEST(nothing of the shared texts is left out) {
    const auto text = unwrapped();
    std::vector<std::string_view> sentences(option_notes());
    for (const auto& known : subcommands())
        sentences.push_back(known.summary);
    for (const auto& known : general_options())
        sentences.push_back(known.help);
    for (const auto& known : exit_meanings())
        sentences.push_back(known.meaning);
    for (const auto sentence : sentences)
        CAF_CHECK_NOT_EQUAL(text.find(std::string(sentence) + ' '), std::string::npos);
}

CAF_TEST(the exit codes are all there and in order) {
    const std::vector<int> expected{0, 1, 2, 3, 4, 5, 130};
    std::vector<int> codes;
    for (const auto& known : exit_meanings())
        codes.push_back(known.code);
    CAF_CHECK(codes == expected);
}

CAF_TEST(an option and its text stand apart however long its name is) {
    for (const auto& known : options()) {
        const auto name = std::string(known.secret ? "  " : "  --") + std::string(known.key) +
                          (known.secret ? "" : "=" + known.kind.placeholder);
        const auto first_word = std::string(known.help.substr(0, known.help.find(' ')));
        std::size_t found = 0;
        std::istringstream lines(help_text());
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with(name + ' ') && line != name)
                continue;
            ++found;
            // Its text begins in the column of all texts, or one blank after a longer name.
            const auto at = std::max<std::size_t>(46, name.size() + 1);
            CAF_CHECK_EQUAL(line.substr(name.size(), at - name.size()),
                            std::string(at - name.size(), ' '));
            CAF_CHECK(line.substr(std::min(at, line.size())).starts_with(first_word));
        }
        CAF_CHECK_EQUAL(found, 1u);
    }
}

CAF_TEST(further lines of a text begin below its first and take what fits) {
    std::istringstream lines(help_text());
    std::string before;
    for (std::string line; std::getline(lines, line); before = line) {
        if (!line.starts_with(std::string(46, ' ')))
            continue;
        CAF_CHECK_NOT_EQUAL(line[46], ' ');
        // Its first word had no room before.
        const auto word = line.substr(46, line.find(' ', 46) - 46);
        CAF_CHECK_GREATER(before.size() + 1 + word.size(), 100u);
    }
}

CAF_TEST(no line is wider than 100 columns or ends in a blank) {
    std::istringstream lines(help_text());
    for (std::string line; std::getline(lines, line);) {
        CAF_CHECK_LESS_OR_EQUAL(line.size(), 100u);
        CAF_CHECK(line.empty() || line.back() != ' ');
    }
}
