#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What the program takes beside the option table. The command line, the help text, the
/// manual page and the completions all go by it.
namespace avatar::config {

enum class subcommand { run, worker, emulator, manual, completion };

/// A subcommand for the user.
struct subcommand_usage {
    subcommand what;
    std::string_view name;
    std::string_view summary; ///< What it does: a sentence without its full stop, in small letters.
    bool takes_options;       ///< Those of the option table.
    std::string_view argument = {};             ///< What must follow it: "shell"; empty: nothing.
    std::vector<std::string_view> choices = {}; ///< Of that argument.
};

/// Every subcommand once, in the order of the help text.
const std::vector<subcommand_usage>& subcommands();

const subcommand_usage& usage_of(subcommand what);

/// An option that belongs to the program itself and sets nothing.
struct general_option {
    std::string_view name;               ///< "--config".
    std::string_view short_name;         ///< "-h"; empty: none.
    std::string_view placeholder;        ///< "FILE"; empty: it takes no value.
    std::string_view help;               ///< One sentence without its full stop.
    std::vector<subcommand> owners = {}; ///< The subcommands it goes with; empty: all.

    bool goes_with(subcommand what) const;
};

/// Every general option once, in the order of the help text.
const std::vector<general_option>& general_options();

/// The subcommands that the options of the option table go with.
std::vector<subcommand> option_owners();

/// How options are written, and which source of them counts: whole sentences.
const std::vector<std::string_view>& option_notes();

/// The names of these subcommands in a sentence: "run, emulator or manual" where the last
/// joint is "or".
std::string enumerate(const std::vector<subcommand>& some, std::string_view last_joint);

/// The same for words.
std::string enumerate(const std::vector<std::string_view>& words, std::string_view last_joint);

} // namespace avatar::config
