#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The bodies of refused HTTP exchanges, read and written. Shapes as the public
/// client SDKs of the avatar service read them (avatar-sdk-go, avatarkit).
namespace avatar::protocol {

/// What an error body says. Fields that it does not have are empty or zero.
struct error_body {
    int status = 0;   ///< HTTP status that the error names for itself.
    std::string code; ///< A number or a name, e.g. "4001" or "INVALID_ARGUMENT".
    std::string title;
    std::string detail;

    bool operator==(const error_body&) const = default;
};

/// Reads the first entry of {"errors":[{"id","status","code","title","detail"}]},
/// {"message": "..."} or {"error": "..."}, and where the error is an object, as gateways
/// have it, that one; nothing when the body is not a JSON object. Never throws on bad input.
std::optional<error_body> parse_json_error(std::string_view body);

/// The same, but of a body that is not a JSON object the first line of the text becomes
/// the detail, cut to 200 bytes, unless it is a web page: see `page_title`.
error_body parse_error_body(std::string_view body);

/// What a web page, which proxies and firewalls answer with, says on one line: its title,
/// else its first heading, else its text; at most 200 bytes. Of XML the text. Empty where
/// the body is neither. It is not the service's word: no error is told from another by it.
std::string page_title(std::string_view body);

/// {"errors":[{"status","code","title","detail"}]}, the console's shape. Bytes
/// that are not UTF-8 are replaced.
std::string error_response(int status, std::string_view code, std::string_view title,
                           std::string_view detail);

/// {"message":"..."} and one newline: how the ingress refuses an upgrade.
std::string upgrade_refusal(std::string_view message);

} // namespace avatar::protocol
