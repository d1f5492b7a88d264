#include "config/completion.hpp"
#include "config/options.hpp"
#include "config/shell_text.hpp"
#include "config/usage.hpp"

#include <fmt/format.h>

namespace avatar::config {

namespace {

// Bash cuts a line at the characters of COMP_WORDBREAKS, where "=" stands unless somebody
// took it out: --key=value is three words then, else one. It completes paths itself, quoted
// ones too, but none that stands behind something else in its word.
constexpr std::string_view bash_script =
    R"script(# Completion of avatar-pool's command lines for bash.

_avatar_pool() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local i key='' lead='' candidate candidates=() plain=()
    COMPREPLY=()

    # What stands before the cursor and is neither an option nor the value of one.
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        @FLAGS@ | --*=*) ;;
        --*)
            [[ ${COMP_WORDS[i + 1]-} == = ]] && ((++i))
            [[ ${COMP_WORDS[i + 1]-} == --* ]] || ((++i))
            ;;
        *) plain+=("${COMP_WORDS[i]}") ;;
        esac
    done

    # The option whose value is at the cursor, and what of the word there is not the value.
    if [[ $word == --*=* ]]; then
        key=${word%%=*}
        lead=$key=
        word=${word#*=}
    elif [[ $word == = ]]; then
        key=$before
        word=
    elif [[ $before == = && ${COMP_LINE-} != *"= $word" ]]; then
        key=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $before == --* && $before != *=* && $word != --* ]]; then
        key=$before
    fi

    case $key in
    '' | @FLAGS@)
        case ${plain[0]-} in
        '') candidates=(@SUBCOMMANDS@) ;;
@ARGUMENTS@        esac
        if [[ $word == -* || ${#candidates[@]} == 0 ]]; then
            case ${plain[0]-} in
@OPTIONS@            esac
        fi
        ;;
@CHOICES@    @FILES@)
        if [[ -z $lead ]]; then
            compopt -o default
            return 0
        fi
        compopt -o filenames
        while IFS= read -r candidate; do
            [[ -d $candidate ]] && candidate+=/
            candidates+=("$candidate")
        done < <(compgen -f -- "$word")
        ;;
    esac

    for candidate in "${candidates[@]}"; do
        [[ $candidate == "$word"* ]] && COMPREPLY+=("$lead$candidate")
    done
    # Without a blank behind it where more must follow.
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace
    fi
    return 0
}

complete -F _avatar_pool avatar-pool
)script";

std::string bash_words(const std::vector<std::string>& some) {
    std::string text;
    for (const auto& each : some)
        text += (text.empty() ? "" : " ") + shell_quoted(each);
    return text;
}

std::string subcommand_words() {
    std::vector<std::string> names;
    for (const auto& known : subcommands())
        names.emplace_back(known.name);
    return bash_words(names);
}

// Of each subcommand that takes one, unless it is there already.
std::string argument_cases() {
    std::string text;
    for (const auto& known : subcommands())
        if (!known.choices.empty())
            text +=
                fmt::format("        {}) ((${{#plain[@]}} > 1)) || candidates=({}) ;;\n",
                            known.name, bash_words({known.choices.begin(), known.choices.end()}));
    return text;
}

// "no subcommand yet, or one of these".
std::string owner_pattern(const std::vector<subcommand>& owners) {
    if (owners.empty())
        return "*";
    std::vector<std::string> names{"''"};
    for (const auto each : owners)
        names.emplace_back(usage_of(each).name);
    return shell_pattern(names);
}

// With `=` where a value follows.
std::string option_cases() {
    std::string text;
    const auto add = [&](const std::vector<subcommand>& owners,
                         const std::vector<std::string>& some) {
        text += fmt::format("            {}) candidates+=({}) ;;&\n", owner_pattern(owners),
                            bash_words(some));
    };
    for (const auto& known : general_options())
        add(known.owners, {fmt::format("{}{}", known.name, known.placeholder.empty() ? "" : "=")});
    std::vector<std::string> keys;
    for (const auto& known : options())
        if (!known.secret)
            keys.push_back(fmt::format("--{}=", known.key));
    add(option_owners(), keys);
    return text;
}

std::string choice_cases() {
    std::string text;
    for (const auto& known : options())
        if (!known.secret && !known.kind.choices.empty())
            text += fmt::format("    --{}) candidates=({}) ;;\n", known.key,
                                bash_words(known.kind.choices));
    return text;
}

std::string flag_pattern() {
    std::vector<std::string> names;
    for (const auto& known : general_options()) {
        if (!known.short_name.empty())
            names.emplace_back(known.short_name);
        if (known.placeholder.empty())
            names.emplace_back(known.name);
    }
    return shell_pattern(names);
}

std::string file_pattern() {
    std::vector<std::string> names;
    for (const auto& known : general_options())
        if (known.placeholder == file_placeholder)
            names.emplace_back(known.name);
    for (const auto& known : options())
        if (!known.secret && known.kind.placeholder == file_placeholder)
            names.push_back(fmt::format("--{}", known.key));
    return shell_pattern(names);
}

} // namespace

std::string bash_completion() {
    return filled(std::string(bash_script), {{"@FLAGS@", flag_pattern()},
                                             {"@SUBCOMMANDS@", subcommand_words()},
                                             {"@ARGUMENTS@", argument_cases()},
                                             {"@OPTIONS@", option_cases()},
                                             {"@CHOICES@", choice_cases()},
                                             {"@FILES@", file_pattern()}});
}

} // namespace avatar::config
