#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

/// What a client needs besides the endpoints. None of it is a secret here: the
/// emulator prints it for anybody to use.
struct credentials {
    std::string api_key = "emulator-api-key";
    std::string app_id = "emulator-app";
    std::string avatar_id = "emulator-avatar";
};

/// An app and the API key that gets tokens for it.
struct account {
    std::string api_key;
    std::string app_id;
};

/// Whom and what the emulated service knows.
struct directory {
    std::vector<account> accounts;
    std::vector<std::string> avatar_ids;

    /// The account of an API key; null when there is none. Valid as long as
    /// the directory is unchanged.
    const account* find_account(std::string_view api_key) const;
    bool has_app(std::string_view app_id) const;
    bool has_avatar(std::string_view avatar_id) const;
};

/// The account and avatar of `credentials`, and a second app
/// ("emulator-second-app" with "emulator-second-api-key"), so that a token can
/// be used with an app it was not made for.
directory default_directory();

} // namespace avatar::emulator
