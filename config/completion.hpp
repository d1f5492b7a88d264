#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avatar::config {

/// The shells that there are completion scripts for.
const std::vector<std::string_view>& completion_shells();

/// The script that completes command lines of the program in that shell: subcommands,
/// options but for secrets, and their values. `shell` is one of the above.
std::string completion_script(std::string_view shell);

/// For bash; needs nothing of the package bash-completion. To be sourced, or installed as
/// avatar-pool where that package looks.
std::string bash_completion();

/// For zsh. To be installed as _avatar-pool in a folder of `fpath`, or sourced after
/// compinit.
std::string zsh_completion();

} // namespace avatar::config
