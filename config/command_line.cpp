#include "config/command_line.hpp"

#include "config/error.hpp"
#include "config/options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace avatar::config {

namespace {

constexpr std::string_view config_option = "--config";

[[noreturn]] void fail(std::string_view what) {
    throw config_error(fmt::format("command line: {}", what));
}

bool is_flag(std::string_view name) {
    return std::ranges::any_of(general_options(), [name](const general_option& known) {
        return known.name == name && known.placeholder.empty();
    });
}

// What an option that takes a value expects; nothing: there is no such option.
std::optional<std::string> expectation(std::string_view name) {
    if (name == config_option)
        return "the path of a file";
    if (!name.starts_with("--"))
        return std::nullopt;
    const auto known = find_option(name.substr(2));
    return known == nullptr ? std::nullopt : std::optional(known->kind.expected);
}

// CLI11 2.1.2 takes the argument after `--key=` as its value, and the one after
// `--key` even if it is another option; `--` and `++` end the subcommand, and
// options go on. This makes the first an empty value and refuses the others;
// all else is left to CLI11.
std::vector<std::string> unambiguous(int argc, const char* const* argv) {
    std::vector<std::string> result;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--" && i + 1 == argc)
            break;
        if (argument == "--" || argument == "++")
            fail(fmt::format("unexpected argument \"{}\": see --help", argument));
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        if (equals != std::string_view::npos && is_flag(name))
            fail(
                fmt::format("{}: expected {} alone, it takes no value", printable(argument), name));
        const auto expected = expectation(name);
        if (expected && equals == argument.size() - 1) {
            result.insert(result.end(), {std::string(name), std::string()});
        } else if (expected && equals == std::string_view::npos) {
            if (i + 1 == argc || std::string_view(argv[i + 1]).starts_with("--"))
                fail(fmt::format("{}: no value given: expected {}", name, *expected));
            result.insert(result.end(), {std::string(name), argv[++i]});
        } else {
            result.emplace_back(argument);
        }
    }
    return result;
}

std::string all_subcommands() {
    std::vector<subcommand> all;
    for (const auto& known : subcommands())
        all.push_back(known.what);
    return enumerate(all, "or");
}

[[noreturn]] void refuse_leftover(const std::string& argument, bool has_subcommand) {
    // Without its value, which may be a secret under a mistyped key.
    const auto name = argument.substr(0, argument.find('='));
    if (argument.starts_with("--"))
        fail(fmt::format("unknown option {}: {}", printable(name), suggest(name.substr(2), "--")));
    if (argument.size() > 1 && argument.front() == '-')
        fail(fmt::format("unknown option {}: see --help", printable(argument.substr(0, 2))));
    fail(fmt::format("unexpected argument \"{}\": {}", printable(argument),
                     has_subcommand ? "see --help" : "expected " + all_subcommands()));
}

void refuse_leftovers(const CLI::App& app) {
    const bool has_subcommand = !app.get_subcommands().empty();
    for (const auto& argument : app.remaining(true))
        refuse_leftover(argument, has_subcommand);
    if (!has_subcommand)
        fail(fmt::format("no subcommand: expected {} (see --help)", all_subcommands()));
}

[[noreturn]] void refuse_secret(const option& what) {
    fail(fmt::format("--{}: not allowed here, where the process list shows it: expected {} in the "
                     "environment, or {} in a file named by --config",
                     what.key, what.environment, what.key));
}

bool is_given(const CLI::App& app, std::string_view option) {
    return app.count(std::string(option)) > 0;
}

void refuse_secrets(const CLI::App& app) {
    for (const auto& known : options())
        if (known.secret && is_given(app, fmt::format("--{}", known.key)))
            refuse_secret(known);
}

[[noreturn]] void refuse_beside(subcommand given, std::string_view name,
                                const std::vector<subcommand>& owners) {
    fail(fmt::format("{}: belongs to {}: expected avatar-pool {} without it", name,
                     enumerate(owners, "and"), usage_of(given).name));
}

// Options of other subcommands than the one given.
void refuse_others(const CLI::App& app, subcommand given) {
    for (const auto& known : general_options())
        if (!known.goes_with(given) && is_given(app, known.name))
            refuse_beside(given, known.name, known.owners);
    if (usage_of(given).takes_options)
        return;
    for (const auto& known : options())
        if (const auto name = fmt::format("--{}", known.key); is_given(app, name))
            refuse_beside(given, name, option_owners());
}

void check_argument(const command_line& line) {
    const auto& known = usage_of(line.what);
    if (known.choices.empty() ||
        std::ranges::find(known.choices, line.argument) != known.choices.end())
        return;
    const auto expected = enumerate(known.choices, "or");
    if (line.argument.empty())
        fail(fmt::format("{}: no {} given: expected {}", known.name, known.argument, expected));
    fail(fmt::format("{} {}: expected {}", known.name, printable(line.argument), expected));
}

} // namespace

command_line read_command_line(int argc, const char* const* argv) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    app.require_subcommand(0, 1);
    const auto help = app.add_flag("-h,--help");
    const auto version = app.add_flag("--version");
    const auto emulator = app.add_flag("--emulator");
    const auto file = app.add_option(std::string(config_option))->take_last();
    std::vector<const CLI::Option*> values;
    for (const auto& known : options())
        values.push_back(app.add_option(fmt::format("--{}", known.key))->take_last());
    command_line line;
    for (const auto& known : subcommands()) {
        const auto added = app.add_subcommand(std::string(known.name))->fallthrough();
        if (!known.choices.empty())
            added->add_option(std::string(known.argument), line.argument);
        added->callback([&line, what = known.what] { line.what = what; });
    }

    auto arguments = unambiguous(argc, argv);
    std::reverse(arguments.begin(), arguments.end()); // The order CLI11 asks for.
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& e) {
        fail(e.what());
    }

    line.help = help->count() > 0;
    line.version = version->count() > 0;
    if (line.help || line.version)
        return line;
    refuse_leftovers(app);
    check_argument(line);
    refuse_secrets(app);
    refuse_others(app, line.what);
    line.embedded_emulator = emulator->count() > 0;
    if (file->count() > 0)
        line.config_file = file->results().back();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& known = options()[i];
        // All of them, so that a bad value is found even where a later one wins.
        for (const auto& value : values[i]->results())
            line.values.push_back({std::string(known.key), value});
    }
    return line;
}

} // namespace avatar::config
