#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What gets into a key on its way from a web page or a file into a setting, unseen.
namespace avatar::config {

/// The first character that does not belong into a key, an id or a token, and where it is:
/// "a no-break space (U+00A0) as character 3 of 12". Nothing of the text itself. Those are
/// control characters and line breaks, spaces of every kind at either end and others than
/// the plain one anywhere, invisible characters, bytes that are no UTF-8, and quotes around.
/// Nothing where there is none.
std::optional<std::string> pasted_flaw(std::string_view text);

/// The same for control characters alone.
std::optional<std::string> control_character_in(std::string_view text);

} // namespace avatar::config
