#define CAF_SUITE config_manual

#include "config/manual.hpp"

#include "caf/test/dsl.hpp"
#include "config/exit_codes.hpp"
#include "config/man_page.hpp"
#include "config/options.hpp"
#include "config/usage.hpp"
#include "config/version.hpp"

#include <cctype>
#include <sstream>

using namespace avatar::config;

namespace {

// The page with its line ends as blanks, but for those before a macro.
std::string joined_page() {
    std::string result;
    std::istringstream lines(manual_page());
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("\\&"))
            line.erase(0, 2);
        else if (line.starts_with('.'))
            result += '\n';
        result += line + ' ';
    }
    return result + '\n';
}

// What stands under a tag of a section, until the next macro; "none" where there is no such tag.
std::string under(const std::string& section, const std::string& tag) {
    const auto page = joined_page();
    const auto start = page.find("\n.SH \"" + section + "\" ");
    if (start == std::string::npos)
        return "no section";
    const auto end = page.find("\n.SH", start + 1);
    const auto found = page.find("\n.TP " + tag + ' ', start);
    if (found == std::string::npos || found > end)
        return "none";
    const auto text = found + 6 + tag.size();
    return page.substr(text, page.find('\n', text) - text);
}

std::string capitalized(std::string_view text) {
    std::string result(text);
    result.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(result.front())));
    return roff(result) + ".";
}

} // namespace

CAF_TEST(the page is of this version and has every section) {
    const auto page = manual_page();
    CAF_CHECK(page.starts_with(".TH \"AVATAR\\-POOL\" 1 " + std::string(version_date()) +
                               " \"avatar\\-pool " + std::string(version()) +
                               "\" \"User Commands\"\n"));
    std::string titles;
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(".SH "))
            titles += line.substr(4);
    CAF_CHECK_EQUAL(titles, "\"NAME\"\"SYNOPSIS\"\"DESCRIPTION\"\"SUBCOMMANDS\"\"OPTIONS\""
                            "\"CONFIG FILE\"\"ENVIRONMENT\"\"EXIT STATUS\"\"FILES\"\"EXAMPLES\"");
    CAF_CHECK_NOT_EQUAL(page.find(".SH \"NAME\"\navatar\\-pool \\- a pool"), std::string::npos);
    CAF_CHECK_EQUAL(page, manual_page());
}

CAF_TEST(every option is there with its help and default and environment variable) {
    for (const auto& known : options()) {
        const auto text =
            under("OPTIONS", known.secret ? bold(known.key) + ' ' + italic(known.kind.placeholder)
                                          : bold("--" + std::string(known.key) + "=") +
                                                italic(known.kind.placeholder));
        CAF_CHECK(text.starts_with(capitalized(known.help)));
        const auto value = known.default_text();
        CAF_CHECK_EQUAL(text.find("Default: ") != std::string::npos, !value.empty());
        if (!value.empty())
            CAF_CHECK_NOT_EQUAL(text.find("Default: " + bold(value) + "."), std::string::npos);
        CAF_CHECK_EQUAL(text.find("Environment variable: ") != std::string::npos,
                        !known.environment.empty());
        if (!known.environment.empty()) {
            CAF_CHECK_NOT_EQUAL(text.find("variable: " + bold(known.environment) + "."),
                                std::string::npos);
            CAF_CHECK_EQUAL(under("ENVIRONMENT", bold(known.environment)),
                            capitalized(known.help) + " Sets " + bold(known.key) + ". ");
        }
        CAF_CHECK_EQUAL(text.find("not an option of the command line") != std::string::npos,
                        known.secret);
    }
}

CAF_TEST(no secret is written as an option of the command line) {
    for (const auto& known : options())
        if (known.secret)
            CAF_CHECK_EQUAL(manual_page().find(roff("--" + std::string(known.key))),
                            std::string::npos);
}

CAF_TEST(general options and subcommands and exit codes are there) {
    CAF_CHECK(under("OPTIONS", bold("--config=") + italic("FILE")).starts_with("Config file"));
    CAF_CHECK(under("OPTIONS", bold("--emulator")).starts_with("With run"));
    CAF_CHECK(under("OPTIONS", bold("-h") + ", " + bold("--help")).starts_with("Print"));
    for (const auto& known : subcommands()) {
        const auto text = under("SUBCOMMANDS", bold(known.name));
        CAF_CHECK(text.starts_with(capitalized(known.summary)));
        CAF_CHECK_EQUAL(text.find("none of the options of run, worker and emulator") ==
                            std::string::npos,
                        known.takes_options);
        CAF_CHECK_NOT_EQUAL(manual_page().find(bold("avatar-pool " + std::string(known.name))),
                            std::string::npos);
    }
    CAF_CHECK_NOT_EQUAL(under("SUBCOMMANDS", bold("completion")).find("The shell is bash or zsh."),
                        std::string::npos);
    CAF_CHECK_EQUAL(exit_meanings().size(), 7u);
    for (const auto& known : exit_meanings())
        CAF_CHECK_EQUAL(under("EXIT STATUS", bold(std::to_string(known.code))),
                        capitalized(known.meaning) + ' ');
}

CAF_TEST(the example file is where the package has it) {
    CAF_CHECK(under("FILES", italic("/usr/share/doc/avatar-pool/examples/avatar-pool.example.toml"))
                  .starts_with("A config file"));
}
