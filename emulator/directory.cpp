#include "emulator/directory.hpp"

#include "transport/hmac.hpp"

#include <algorithm>

namespace avatar::emulator {

const account* directory::find_account(std::string_view api_key) const {
    const auto found = std::ranges::find_if(accounts, [&](const account& known) {
        return transport::equal_secrets(known.api_key, api_key);
    });
    return found == accounts.end() ? nullptr : &*found;
}

bool directory::has_app(std::string_view app_id) const {
    return std::ranges::find(accounts, app_id, &account::app_id) != accounts.end();
}

bool directory::has_avatar(std::string_view avatar_id) const {
    return std::ranges::find(avatar_ids, avatar_id) != avatar_ids.end();
}

credentials directory::first() const {
    return {accounts.front().api_key, accounts.front().app_id, avatar_ids.front()};
}

directory make_directory(const config::emulator_settings& settings, const scenario& faults) {
    directory known{settings.accounts, settings.avatars};
    for (auto& avatar : faults.avatars())
        known.avatar_ids.push_back(std::move(avatar));
    return known;
}

} // namespace avatar::emulator
