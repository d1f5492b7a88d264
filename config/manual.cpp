#include "config/manual.hpp"

#include "config/exit_codes.hpp"
#include "config/man_page.hpp"
#include "config/options.hpp"
#include "config/usage.hpp"
#include "config/version.hpp"

#include <fmt/format.h>

#include <cctype>

namespace avatar::config {

namespace {

constexpr std::string_view program = "avatar-pool";
constexpr std::string_view example_file =
    "/usr/share/doc/avatar-pool/examples/avatar-pool.example.toml";

// A sentence that the tables have without its capital letter, its full stop, or both.
std::string sentence(std::string_view text) {
    std::string whole(text);
    if (!whole.empty())
        whole.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(whole.front())));
    return roff(whole) + '.';
}

std::string with_value(std::string_view name, std::string_view placeholder) {
    return placeholder.empty() ? bold(name) : bold(fmt::format("{}=", name)) + italic(placeholder);
}

std::string synopsis_of(const subcommand_usage& known) {
    auto line = bold(fmt::format("{} {}", program, known.name));
    if (known.takes_options)
        line += " [" + italic("options") + ']';
    for (const auto& choice : known.choices)
        line += (&choice == &known.choices.front() ? " " : "|") + bold(choice);
    return line;
}

void add_synopsis(man_page& page) {
    page.section("SYNOPSIS");
    std::vector<std::string> synopsis;
    for (const auto& known : subcommands())
        synopsis.push_back(synopsis_of(known));
    page.lines(synopsis);
}

void add_description(man_page& page) {
    page.section("DESCRIPTION");
    page.paragraph({
        roff("An avatar service takes speech over a WebSocket and sends back frames of animation."),
        bold(program) + roff(" opens many such connections and keeps them, hands each request to "
                             "an idle one, replaces those that die, and reports what became of "
                             "every request."),
        roff("It tests a service under load; a local one to try it on is built in."),
    });
}

void add_subcommands(man_page& page) {
    page.section("SUBCOMMANDS");
    for (const auto& known : subcommands()) {
        std::vector<std::string> text{sentence(known.summary)};
        if (!known.choices.empty())
            text.push_back(fmt::format("{} {}.", roff(fmt::format("The {} is", known.argument)),
                                       roff(enumerate(known.choices, "or"))));
        if (!known.takes_options)
            text.push_back(
                roff(fmt::format("Takes none of the options of {}, and reads no config file.",
                                 enumerate(option_owners(), "and"))));
        page.item(bold(known.name), text);
    }
}

void add_general_options(man_page& page) {
    for (const auto& known : general_options()) {
        auto tag = with_value(known.name, known.placeholder);
        if (!known.short_name.empty())
            tag = bold(known.short_name) + ", " + tag;
        page.item(tag, {sentence(known.help)});
    }
}

void add_option(man_page& page, const option& known) {
    std::vector<std::string> text{sentence(known.help)};
    if (const auto value = known.default_text(); !value.empty())
        text.push_back(roff("Default: ") + bold(value) + '.');
    if (!known.environment.empty())
        text.push_back(roff("Environment variable: ") + bold(known.environment) + '.');
    if (!known.secret) {
        page.item(with_value(fmt::format("--{}", known.key), known.kind.placeholder), text);
        return;
    }
    text.push_back(roff("For the config file and the environment only: not an option of the "
                        "command line."));
    page.item(bold(known.key) + ' ' + italic(known.kind.placeholder), text);
}

void add_options(man_page& page) {
    page.section("OPTIONS");
    std::vector<std::string> notes;
    for (const auto note : option_notes())
        notes.push_back(roff(note));
    page.paragraph(notes);
    add_general_options(page);
    std::string_view group;
    for (const auto& known : options()) {
        if (known.group() != group) {
            group = known.group();
            page.subsection(fmt::format("Options of the group {}", group));
        }
        add_option(page, known);
    }
}

void add_config_file(man_page& page) {
    page.section("CONFIG FILE");
    page.paragraph({
        roff("The file that ") + bold("--config") + roff(" names is TOML."),
        roff("It has a table for each group of options, and in it the rest of the option's name "
             "as the key; text and durations are in quotes."),
        roff("No file is read unless one is named."),
        roff("For example:"),
    });
    page.lines({roff("[pool]"), roff("size = 50"), roff("request-timeout = \"30s\"")});
}

void add_environment(man_page& page) {
    page.section("ENVIRONMENT");
    page.paragraph({roff("An empty variable counts as one that is not set.")});
    for (const auto& known : options())
        if (!known.environment.empty())
            page.item(bold(known.environment),
                      {sentence(known.help), roff("Sets ") + bold(known.key) + '.'});
}

void add_exit_status(man_page& page) {
    page.section("EXIT STATUS");
    for (const auto& known : exit_meanings())
        page.item(bold(std::to_string(static_cast<int>(known.code))), {sentence(known.meaning)});
}

void add_files(man_page& page) {
    page.section("FILES");
    page.item(italic(example_file), {roff("A config file with every key, what it is for, and its "
                                          "default.")});
}

void add_examples(man_page& page) {
    struct example {
        std::string_view purpose;
        std::string_view line;
    };
    constexpr example examples[] = {
        {"Send ten rounds of requests through a pool of three connections to an emulator:",
         "avatar-pool run --emulator --pool.size=3 --rounds.count=10"},
        {"Test a service as a config file says, and keep all figures:",
         "avatar-pool run --config=soak.toml --report.json=soak.json"},
        {"Serve a local avatar service:", "avatar-pool emulator --emulator.port=8080"},
        {"Complete command lines in this bash:", "source <(avatar-pool completion bash)"},
    };
    page.section("EXAMPLES");
    for (const auto& [purpose, line] : examples) {
        page.paragraph({roff(purpose)});
        page.lines({bold(line)});
    }
}

} // namespace

std::string manual_page() {
    man_page page({.name = "AVATAR-POOL",
                   .section = 1,
                   .date = version_date(),
                   .source = fmt::format("{} {}", program, version()),
                   .manual = "User Commands"});
    page.section("NAME");
    page.paragraph({roff(program) + " \\- " + roff("a pool of long-lived avatar sessions")});
    add_synopsis(page);
    add_description(page);
    add_subcommands(page);
    add_options(page);
    add_config_file(page);
    add_environment(page);
    add_exit_status(page);
    add_files(page);
    add_examples(page);
    return page.text();
}

} // namespace avatar::config
