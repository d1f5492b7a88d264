#pragma once

#include "config/option.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace avatar::config {

/// Every option once, grouped, in the order of the help text. Command line,
/// environment and file all go through this table. Lives as long as the
/// program.
const std::vector<option>& options();

/// Adds one that is not the program's own, at the end of its group, with the environment
/// variable AVATAR_… of its key. Before anything of the table is used, and by one thread.
/// Throws config_error: a key that is not like "load.shape", or is there already; no help; a
/// default that the kind refuses.
void add_option(std::string key, value_kind kind, std::string help);

/// The option of that key; null: there is none.
const option* find_option(std::string_view key);

/// What to tell a user whose key is unknown: "did you mean --pool.size?" where
/// one is near, else "see --help". `prefix` stands before the suggested key:
/// `--` on the command line.
std::string suggest(std::string_view unknown_key, std::string_view prefix);

/// Puts one value into settings. Where the value is bad, throws config_error
/// with "<where>: expected <what would be right>". `where` names the source,
/// the key and the value: `command line: --pool.size=0`; it must not hold the
/// value of a secret.
void apply(const option& what, settings& to, std::string_view value, const std::string& where);

} // namespace avatar::config
