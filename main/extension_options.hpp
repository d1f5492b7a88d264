#pragma once

namespace avatar {

class extensions;

/// Adds the options of these to the table of options: their own, and those that choose among
/// them by name. Throws config::config_error: a name that is empty, has spaces or commas or is
/// there twice, an option that cannot be added.
void add_options(const extensions& from);

} // namespace avatar
