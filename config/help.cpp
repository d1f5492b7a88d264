#include "config/help.hpp"

#include "config/exit_codes.hpp"
#include "config/options.hpp"
#include "config/text_lines.hpp"
#include "config/usage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace avatar::config {

namespace {

constexpr std::size_t width = 100;
constexpr std::size_t text_column = 46;

// A name on the left and its text from `column` on, in as many lines as it takes.
std::string row(const std::string& left, const std::string& text, std::size_t column) {
    auto result = fmt::format("  {:<{}}", left, column - 2);
    if (result.back() != ' ')
        result += ' ';
    const auto lines = text_lines(text, width - result.size(), width - column);
    result += fmt::format("{}\n", fmt::join(lines, '\n' + std::string(column, ' ')));
    return result;
}

std::string describe(const option& what) {
    auto text = std::string(what.help);
    if (const auto value = what.default_text(); !value.empty())
        text += fmt::format(" (default {})", value);
    if (!what.environment.empty())
        text += fmt::format(" [{}]", what.environment);
    return text;
}

std::string left_of(const option& what) {
    return what.secret ? std::string(what.key)
                       : fmt::format("--{}={}", what.key, what.kind.placeholder);
}

std::string left_of(const general_option& what) {
    return fmt::format("{}{}{}{}{}", what.short_name, what.short_name.empty() ? "" : ", ",
                       what.name, what.placeholder.empty() ? "" : "=", what.placeholder);
}

std::string arguments_of(const subcommand_usage& what) {
    if (what.takes_options)
        return " [options]";
    return what.choices.empty() ? "" : fmt::format(" {}", fmt::join(what.choices, "|"));
}

std::string usage() {
    std::string text;
    for (const auto& known : subcommands())
        text += fmt::format("{} avatar-pool {}{}\n", text.empty() ? "Usage:" : "      ", known.name,
                            arguments_of(known));
    text += '\n';
    std::size_t longest = 0;
    for (const auto& known : subcommands())
        longest = std::max(longest, known.name.size());
    for (const auto& known : subcommands())
        text += row(std::string(known.name), std::string(known.summary), longest + 4);
    return text;
}

std::string notes() {
    const auto text = fmt::format("{}", fmt::join(option_notes(), " "));
    return fmt::format("{}\n", fmt::join(text_lines(text, width, width), "\n"));
}

std::string exit_codes() {
    std::string text = "\nExit codes:\n";
    for (const auto& known : exit_meanings())
        text += row(fmt::format("{}", static_cast<int>(known.code)), std::string(known.meaning), 5);
    return text;
}

} // namespace

std::string help_text() {
    auto text = "avatar-pool: a pool of long-lived avatar sessions\n\n" + usage() + '\n' + notes() +
                "\nOptions, by group; [NAME] is the environment variable:\n";
    for (const auto& known : general_options())
        text += row(left_of(known), std::string(known.help), text_column);
    std::string_view group;
    for (const auto& known : options()) {
        if (known.group() != group) {
            group = known.group();
            text += fmt::format("\n{}:\n", group);
        }
        text += row(left_of(known), describe(known), text_column);
    }
    return text + exit_codes();
}

} // namespace avatar::config
