#pragma once

#include "protocol/failure.hpp"
#include "transport/avatar_channel.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace avatar::transport {

/// What nobody is told of a session: services echo what they were sent. The settings
/// outlive this.
class session_secrets {
public:
    explicit session_secrets(const channel_settings& settings) : settings_(&settings) {}

    void set_token(std::string token) { token_ = std::move(token); }
    const std::string& token() const { return token_; }

    /// Puts *** in place of each.
    void redact(protocol::failure& f) const;
    void redact(std::string& text) const;

private:
    std::vector<std::string_view> all() const;

    const channel_settings* settings_;
    std::string token_; // Empty: none yet.
};

} // namespace avatar::transport
