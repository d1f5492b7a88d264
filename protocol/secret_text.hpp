#pragma once

#include <string>
#include <string_view>

namespace avatar::protocol {

/// Replaces `secret` wherever it stands in a text that a service has echoed: as it is,
/// percent-encoded (of any characters, in either case, spaces as '+' too), escaped as
/// in a JSON string, several times over, or some of it so and some so; also its front at the end of
/// a text that was cut short, where that is telling. Nothing where `secret` is empty.
/// One that reads like any text, of a few characters or a plain word, is replaced only
/// where it is a value of its own: between quotes, as in `"token"`, or behind `=` or `:`
/// as in `key=token&`, or all of the text. Messages would be stars else.
void replace_secret(std::string& in, std::string_view secret, std::string_view by);

} // namespace avatar::protocol
