#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace avatar::emulator {

using wall_time = std::chrono::system_clock::time_point;

enum class token_state : std::uint8_t {
    valid,
    expired, ///< Ours, but its time is over.
    invalid, ///< Not made with our key, or changed since.
};

/// "valid", "expired" or "invalid".
std::string_view to_string(token_state state);

/// What a presented token turned out to be.
struct token_verdict {
    token_state state = token_state::invalid;
    std::string app_id; ///< The app it was made for; empty when invalid.
};

/// Makes and checks session tokens. A token carries its expiry and its app,
/// signed with HMAC-SHA-256, so that nothing has to be remembered about it.
/// Tokens are hexadecimal text and opaque to clients.
class session_tokens {
public:
    /// Signs under a random key: tokens of another process are invalid here.
    session_tokens();

    /// Signs under a given key, for those who need to make tokens elsewhere.
    explicit session_tokens(std::string key);

    /// A token for `app_id` that is valid before `expires_at`, which is cut to
    /// whole seconds. No two are alike.
    std::string issue(std::string_view app_id, wall_time expires_at) const;

    token_verdict check(std::string_view token, wall_time now) const;

private:
    std::string key_;
};

} // namespace avatar::emulator
