#include "config/completion.hpp"
#include "config/options.hpp"
#include "config/shell_text.hpp"
#include "config/usage.hpp"

#include <fmt/format.h>

#include <cctype>

namespace avatar::config {

namespace {

// Options stand before the subcommand too, so it is looked for in the whole line.
constexpr std::string_view zsh_script = R"script(#compdef avatar-pool
# Completion of avatar-pool's command lines for zsh.

_avatar-pool() {
    local curcontext=$curcontext state state_descr line
    local -A opt_args
    local subcommand=${words[(r)(@NAMES@)]}
    local -a specs subcommands
    subcommands=(
@SUBCOMMANDS@    )
    specs=('1:subcommand:->subcommand')
    case $subcommand in
@ARGUMENTS@    esac
@OPTIONS@
    _arguments -C $specs && return 0
    if [[ $state == subcommand ]]; then
        _describe -t subcommands subcommand subcommands && return 0
    fi
    return 1
}

# Sourced, it is defined only; found in fpath, it is called.
if [[ $funcstack[1] == _avatar-pool ]]; then
    _avatar-pool "$@"
else
    compdef _avatar-pool avatar-pool
fi
)script";

// In a specification of _arguments, where some characters end a part of it.
std::string escaped(std::string_view text, std::string_view special) {
    std::string result;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos)
            result += '\\';
        result += c;
    }
    return result;
}

std::string explanation(std::string_view help) {
    return fmt::format("[{}]", escaped(help, "\\[]:"));
}

// In the list of words that an action is, which the shell reads once more.
std::string action_word(std::string_view choice) {
    std::string result;
    for (const char c : choice) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.' && c != '_')
            result += '\\';
        result += c;
    }
    return result;
}

std::string choice_list(const auto& choices) {
    std::string list;
    for (const auto& each : choices)
        list += (list.empty() ? "" : " ") + action_word(each);
    return fmt::format("({})", list);
}

// How the value of an option is completed; a blank: not at all.
std::string action(std::string_view placeholder, const std::vector<std::string>& choices = {}) {
    if (!choices.empty())
        return choice_list(choices);
    return placeholder == file_placeholder ? "_files" : " ";
}

std::string value_spec(std::string_view name, std::string_view help, std::string_view placeholder,
                       const std::string& act) {
    return shell_quoted(
        fmt::format("{}={}:{}:{}", name, explanation(help), escaped(placeholder, "\\:"), act));
}

// After --help nothing else counts, so nothing else is offered.
std::string flag_spec(std::string_view name, const general_option& flag) {
    return shell_quoted(
        fmt::format("{}{}{}", flag.owners.empty() ? "(- : *)" : "", name, explanation(flag.help)));
}

std::vector<std::string> specs_of(const general_option& known) {
    if (!known.placeholder.empty())
        return {value_spec(known.name, known.help, known.placeholder, action(known.placeholder))};
    std::vector<std::string> specs{flag_spec(known.name, known)};
    if (!known.short_name.empty())
        specs.push_back(flag_spec(known.short_name, known));
    return specs;
}

// A case of its own for those that go with some subcommands only, or with none yet.
std::string addition(const std::vector<subcommand>& owners, const std::vector<std::string>& specs) {
    const auto list = fmt::format("specs+=(\n        {}\n    )", fmt::join(specs, "\n        "));
    if (owners.empty())
        return fmt::format("    {}\n", list);
    std::vector<std::string> names{"''"};
    for (const auto each : owners)
        names.emplace_back(usage_of(each).name);
    return fmt::format("    case $subcommand in\n    {}) {} ;;\n    esac\n", shell_pattern(names),
                       list);
}

std::string option_specs() {
    std::string text;
    for (const auto& known : general_options())
        text += addition(known.owners, specs_of(known));
    std::vector<std::string> specs;
    for (const auto& known : options())
        if (!known.secret)
            specs.push_back(value_spec(fmt::format("--{}", known.key), known.help,
                                       known.kind.placeholder,
                                       action(known.kind.placeholder, known.kind.choices)));
    return text + addition(option_owners(), specs);
}

std::string name_pattern() {
    std::vector<std::string_view> all;
    for (const auto& known : subcommands())
        all.push_back(known.name);
    return fmt::format("{}", fmt::join(all, "|"));
}

std::string subcommand_lines() {
    std::string text;
    for (const auto& known : subcommands())
        text += fmt::format("        {}\n",
                            shell_quoted(fmt::format("{}:{}", known.name, known.summary)));
    return text;
}

std::string argument_specs() {
    std::string text;
    for (const auto& known : subcommands())
        if (!known.choices.empty())
            text += fmt::format(
                "    {}) specs+=({}) ;;\n", known.name,
                shell_quoted(fmt::format("2:{}:{}", known.argument, choice_list(known.choices))));
    return text;
}

} // namespace

std::string zsh_completion() {
    return filled(std::string(zsh_script), {{"@NAMES@", name_pattern()},
                                            {"@SUBCOMMANDS@", subcommand_lines()},
                                            {"@ARGUMENTS@", argument_specs()},
                                            {"@OPTIONS@", option_specs()}});
}

} // namespace avatar::config
