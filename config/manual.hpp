#pragma once

#include <string>

namespace avatar::config {

/// The manual page avatar-pool(1): subcommands, every option by group, files, environment,
/// exit codes. The same in every build of a version.
std::string manual_page();

} // namespace avatar::config
