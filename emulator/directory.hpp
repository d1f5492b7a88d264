#pragma once

#include "config/settings.hpp"
#include "emulator/scenario.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace avatar::emulator {

/// What a client needs besides the endpoints. None of it is a secret here: the
/// emulator prints it for anybody to use.
struct credentials {
    std::string api_key;
    std::string app_id;
    std::string avatar_id;
};

/// An app and the API key that gets tokens for it.
using account = config::emulator_account;

/// Whom and what the emulated service knows. None of the lists is empty.
struct directory {
    std::vector<account> accounts;
    std::vector<std::string> avatar_ids;

    /// The first account and the first avatar.
    credentials first() const;

    /// The account of an API key; null when there is none. Valid as long as
    /// the directory is unchanged.
    const account* find_account(std::string_view api_key) const;
    bool has_app(std::string_view app_id) const;
    bool has_avatar(std::string_view avatar_id) const;
};

/// Whom the settings name, and the avatars that a scenario names.
directory make_directory(const config::emulator_settings& settings, const scenario& faults = {});

} // namespace avatar::emulator
